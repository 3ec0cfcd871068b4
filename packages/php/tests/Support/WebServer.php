<?php

declare(strict_types=1);

namespace Msession\Tests\Support;

/** A web server that runs PHP pages, on a free port, ended with all its processes when the test class is done. */
final class WebServer
{
    /** @var string http://host:port */
    public $url;

    /** @var list<array{process: resource, pid: int}> */
    private $processes = [];

    /** @var string */
    private $directory;

    private function __construct()
    {
        $this->directory = sys_get_temp_dir() . '/msession-web-' . bin2hex(random_bytes(6));
        mkdir($this->directory);
        // a test run that ends by a fatal error must not leave servers behind
        register_shutdown_function([$this, 'stop']);
    }

    /**
     * PHP's built-in server with workers.
     *
     * @param array<string, string> $ini
     * @param array<string, string> $environment
     */
    public static function builtIn(string $root, array $ini, array $environment, int $workers = 8): self
    {
        $self = new self();
        $root = (string) realpath($root);
        $port = self::freePort();
        $self->url = 'http://127.0.0.1:' . $port;
        $command = ['setsid', PHP_BINARY];
        foreach ($ini as $name => $value) {
            array_push($command, '-d', "$name=\"$value\"");
        }
        array_push($command, '-S', "127.0.0.1:$port", '-t', $root);
        $self->start($command, ['PHP_CLI_SERVER_WORKERS' => (string) $workers] + $environment);
        $self->waitFor($port);

        return $self;
    }

    /**
     * nginx in front of php-fpm.
     *
     * @param array<string, string> $ini
     * @param array<string, string> $environment
     */
    public static function fpm(string $root, array $ini, array $environment, int $workers = 4): self
    {
        $self = new self();
        $root = (string) realpath($root);
        $port = self::freePort();
        $self->url = 'http://127.0.0.1:' . $port;
        $directory = $self->directory;
        $pool = "[global]\nerror_log = $directory/fpm.log\ndaemonize = no\n[www]\nlisten = $directory/fpm.sock\n"
            . "pm = static\npm.max_children = $workers\nclear_env = no\ncatch_workers_output = yes\nuser = root\ngroup = root\n";
        foreach ($ini as $name => $value) {
            $pool .= "php_admin_value[$name] = \"$value\"\n";
        }
        file_put_contents("$directory/fpm.conf", $pool);
        file_put_contents("$directory/nginx.conf", "daemon off;\nuser root;\nworker_processes 1;\npid $directory/nginx.pid;\nerror_log $directory/nginx.log;\n"
            . "events { worker_connections 1024; }\nhttp {\n  access_log off;\n  client_body_temp_path $directory/body;\n  fastcgi_temp_path $directory/fastcgi;\n"
            . "  proxy_temp_path $directory/proxy;\n  uwsgi_temp_path $directory/uwsgi;\n  scgi_temp_path $directory/scgi;\n"
            . "  server {\n    listen 127.0.0.1:$port backlog=1024;\n    root $root;\n    location / {\n      fastcgi_pass unix:$directory/fpm.sock;\n"
            . "      fastcgi_read_timeout 60s;\n      fastcgi_param SCRIPT_FILENAME \$document_root\$fastcgi_script_name;\n      fastcgi_param SCRIPT_NAME \$fastcgi_script_name;\n"
            . "      fastcgi_param QUERY_STRING \$query_string;\n      fastcgi_param REQUEST_METHOD \$request_method;\n      fastcgi_param REQUEST_URI \$request_uri;\n"
            . "      fastcgi_param CONTENT_TYPE \$content_type;\n      fastcgi_param CONTENT_LENGTH \$content_length;\n    }\n  }\n}\n");
        $self->start(['setsid', self::fpmBinary(), '-R', '-y', "$directory/fpm.conf"], $environment);
        $self->waitForFile("$directory/fpm.sock");
        $self->start(['setsid', '/usr/sbin/nginx', '-e', "$directory/nginx.log", '-c', "$directory/nginx.conf"], []);
        $self->waitFor($port);

        return $self;
    }

    public function stop(): void
    {
        foreach (array_reverse($this->processes) as $entry) {
            // the process leads its own group: workers go with it
            posix_kill(-$entry['pid'], SIGKILL);
            proc_close($entry['process']);
        }
        $this->processes = [];
        exec('rm -rf ' . escapeshellarg($this->directory));
    }

    /** What the servers logged, for a failing test's message. */
    public function log(): string
    {
        return substr(implode("\n", array_map('file_get_contents', (array) glob($this->directory . '/*.log'))), -2000);
    }

    private static function fpmBinary(): string
    {
        foreach (array_merge((array) glob('/usr/sbin/php-fpm*'), (array) glob('/usr/local/sbin/php-fpm*')) as $binary) {
            return (string) $binary;
        }
        throw new \RuntimeException('php-fpm is not installed');
    }

    private static function freePort(): int
    {
        $socket = stream_socket_server('tcp://127.0.0.1:0');
        \assert($socket !== false);
        $name = (string) stream_socket_get_name($socket, false);
        fclose($socket);

        return (int) substr($name, (int) strrpos($name, ':') + 1);
    }

    /**
     * @param list<string> $command
     * @param array<string, string> $environment
     */
    private function start(array $command, array $environment): void
    {
        $log = $this->directory . '/' . basename($command[1]) . '.log';
        $process = proc_open($command, [['file', '/dev/null', 'r'], ['file', $log, 'a'], ['file', $log, 'a']], $pipes, null, $environment + getenv());
        if ($process === false) {
            throw new \RuntimeException('cannot start ' . $command[1]);
        }
        $this->processes[] = ['process' => $process, 'pid' => proc_get_status($process)['pid']];
    }

    private function waitFor(int $port): void
    {
        $this->until(static function () use ($port): bool {
            $socket = @stream_socket_client("tcp://127.0.0.1:$port", $errorNumber, $errorText, 1);

            return $socket !== false && fclose($socket);
        });
    }

    private function waitForFile(string $file): void
    {
        $this->until(static function () use ($file): bool {
            clearstatcache();

            return file_exists($file);
        });
    }

    private function until(callable $isReady): void
    {
        $end = microtime(true) + 20;
        while (!$isReady()) {
            if (microtime(true) > $end) {
                $log = $this->log();
                $this->stop();
                throw new \RuntimeException("the web server did not start:\n$log");
            }
            usleep(5000);
        }
    }
}
