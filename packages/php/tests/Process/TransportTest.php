<?php

declare(strict_types=1);

namespace Msession\Tests\Process;

use Msession\Client;
use Msession\Exception\ConnectionException;
use Msession\Exception\ServerException;
use Msession\Tests\Support\ServerTestCase;

/** TCP with a password, Unix sockets and TLS; persistent sockets that come back to another user of the process. */
final class TransportTest extends ServerTestCase
{
    /** @var string */
    private static $directory;

    /** @var list<resource> */
    private static $processes = [];

    /** @var string HOST:PORT of a daemon that wants a password */
    private static $guarded;

    /** @var string port of a TLS proxy */
    private static $tlsPort;

    public static function setUpBeforeClass(): void
    {
        self::$directory = sys_get_temp_dir() . '/msession-transport-' . getmypid();
        mkdir(self::$directory);
        $daemon = (string) realpath(__DIR__ . '/../../../../apps/msessiond/bin/msessiond.mjs');
        $ready = self::start(['node', $daemon, '--port', '0', '--unix-socket', self::$directory . '/m.sock', '--password', 's:cr@t', '--log-level', 'silent']);
        self::assertSame(1, preg_match('/tcp=(\S+)/', $ready, $match), $ready);
        self::$guarded = $match[1];
        self::makeCertificate();
        self::$tlsPort = self::start(['node', __DIR__ . '/../peers/tls-proxy.mjs', self::$guarded, self::$directory . '/cert.pem', self::$directory . '/key.pem']);
    }

    public static function tearDownAfterClass(): void
    {
        foreach (self::$processes as $process) {
            proc_terminate($process, 9);
            proc_close($process);
        }
        self::$processes = [];
        array_map('unlink', (array) glob(self::$directory . '/*'));
        rmdir(self::$directory);
    }

    /** @return iterable<string, array{0: string}> */
    public static function transports(): iterable
    {
        yield 'TCP' => ['tcp'];
        yield 'Unix socket' => ['unix'];
        yield 'TLS' => ['tls'];
    }

    /** @dataProvider transports */
    public function testSpeaksWithAPassword(string $transport): void
    {
        $client = $this->guardedClient($transport, ':s%3Acr%40t@');
        $id = self::newId();
        $client->create($id, ['data' => str_repeat("0123456789\0", 50000)]);
        self::assertSame(550000, \strlen((string) $client->dataGet($id)));
        $client->drop($id);
    }

    /** @dataProvider transports */
    public function testAWrongPasswordIsRefused(string $transport): void
    {
        try {
            $this->guardedClient($transport, ':wrong@')->count();
            self::fail('a wrong password was taken');
        } catch (ServerException $refused) {
            self::assertSame('WRONGPASS', $refused->errorCode());
            self::assertStringNotContainsString('wrong@', $refused->getMessage());
        }
    }

    /** @dataProvider transports */
    public function testPersistentSocketsComeBackClean(string $transport): void
    {
        $first = $this->guardedClient($transport, ':s%3Acr%40t@', ['persistent' => true]);
        $connection = $first->client('ID');
        $id = self::newId();
        $first->lock($id, ['create' => true, 'bind' => true]);
        unset($first);

        $second = $this->guardedClient($transport, ':s%3Acr%40t@', ['persistent' => true]);
        // the same socket, and what the first left locked is free
        self::assertSame($connection, $second->client('ID'));
        self::assertIsInt($second->lock($id, ['create' => true, 'bind' => true]));
        // while it is in use another gets a socket of its own
        $third = $this->guardedClient($transport, ':s%3Acr%40t@', ['persistent' => true]);
        self::assertNotSame($connection, $third->client('ID'));
        $second->close();
        $third->close();
    }

    /** @dataProvider transports */
    public function testAPersistentSocketNeverLendsItsRights(string $transport): void
    {
        $trusted = $this->guardedClient($transport, ':s%3Acr%40t@', ['persistent' => true]);
        $trusted->count();
        unset($trusted);
        $this->expectException(ServerException::class);
        $this->expectExceptionMessage('NOAUTH');
        $this->guardedClient($transport, '', ['persistent' => true])->count();
    }

    /** @dataProvider transports */
    public function testAPersistentSocketThatTheServerClosedIsReplaced(string $transport): void
    {
        $first = $this->guardedClient($transport, ':s%3Acr%40t@', ['persistent' => true, 'role' => 'stale']);
        $connection = $first->client('ID');
        unset($first);
        (new Client('tcp://:s%3Acr%40t@' . self::$guarded))->client('KILL', 'ID', $connection);
        // the end has to reach this process before it can be noticed, behind the TLS proxy by way of another one
        usleep(200000);
        $second = $this->guardedClient($transport, ':s%3Acr%40t@', ['persistent' => true, 'role' => 'stale']);
        $id = self::newId();
        // CREATE is never sent twice: it must have gone to a fresh socket at once
        $second->create($id);
        self::assertTrue($second->exists($id));
        self::assertNotSame($connection, $second->client('ID'));
        $second->close();
    }

    public function testACertificateNobodySignedIsRefused(): void
    {
        $client = new Client('tls://localhost:' . self::$tlsPort);
        try {
            $client->ping();
            self::fail('any certificate will do');
        } catch (ConnectionException $refused) {
            self::assertSame('CONNECT', $refused->errorCode());
            self::assertStringContainsString('certificate', $refused->getMessage());
        }
    }

    /** @param array<string, mixed> $options */
    private function guardedClient(string $transport, string $credentials, array $options = []): Client
    {
        if ($transport === 'unix') {
            return new Client('unix://' . $credentials . self::$directory . '/m.sock', $options);
        }
        if ($transport === 'tls') {
            return new Client("tls://{$credentials}localhost:" . self::$tlsPort . '?cafile=' . rawurlencode(self::$directory . '/cert.pem'), $options);
        }

        return new Client("tcp://$credentials" . self::$guarded, $options);
    }

    /** @param list<string> $command */
    private static function start(array $command): string
    {
        // settings of the tests are none of the daemon's
        $environment = array_filter(getenv(), static function (string $name): bool {
            return strncmp($name, 'MSESSION_', 9) !== 0;
        }, ARRAY_FILTER_USE_KEY);
        $process = proc_open($command, [1 => ['pipe', 'w'], 2 => ['file', '/dev/null', 'a']], $pipes, null, $environment);
        self::assertIsResource($process);
        self::$processes[] = $process;

        return trim((string) fgets($pipes[1]));
    }

    private static function makeCertificate(): void
    {
        $key = openssl_pkey_new(['private_key_bits' => 2048]);
        file_put_contents(self::$directory . '/openssl.cnf', "[req]\ndistinguished_name = dn\n[dn]\n[v3]\nsubjectAltName = DNS:localhost\nbasicConstraints = CA:TRUE\n");
        $options = ['config' => self::$directory . '/openssl.cnf', 'x509_extensions' => 'v3', 'digest_alg' => 'sha256'];
        $request = openssl_csr_new(['commonName' => 'localhost'], $key, $options);
        $certificate = openssl_csr_sign($request, null, $key, 30, $options);
        openssl_x509_export_to_file($certificate, self::$directory . '/cert.pem');
        openssl_pkey_export_to_file($key, self::$directory . '/key.pem', null, $options);
    }
}
