<?php

declare(strict_types=1);

namespace Msession\Wire;

use Msession\Exception\ArgumentException;

/**
 * Where a server is and how to speak to it, from `host[:port]`, `tcp://`, `msession://`, `tls://`, `msessions://`
 * or `unix:///path`, each with an optional `user:password@` and `?option=value`. Messages about it never show the
 * password.
 */
final class Address
{
    public const DEFAULT_PORT = 8086;

    private const TRANSPORTS = [
        'tcp' => 'tcp',
        'msession' => 'tcp',
        'redis' => 'tcp',
        'tls' => 'tls',
        'ssl' => 'tls',
        'msessions' => 'tls',
        'rediss' => 'tls',
        'unix' => 'unix',
    ];

    /** @var string tcp, tls or unix */
    public $transport;

    /** @var string host, or the path of a Unix socket */
    public $host;

    /** @var int */
    public $port;

    /** @var string|null */
    public $user;

    /** @var string|null */
    public $password;

    /** @var array<string, string> what stood behind the question mark */
    public $options;

    /** @param array<string, string> $options */
    private function __construct(string $transport, string $host, int $port, ?string $user, ?string $password, array $options)
    {
        $this->transport = $transport;
        $this->host = $host;
        $this->port = $port;
        $this->user = $user;
        $this->password = $password;
        $this->options = $options;
    }

    public static function parse(string $text): self
    {
        $address = self::tryParse($text);
        if ($address === null) {
            throw new ArgumentException(sprintf(
                'the server address "%s" is none; use host, host:port, tcp://host:port, tls://host:port or unix:///path',
                self::withoutPassword($text)
            ));
        }

        return $address;
    }

    /** Null when the text names no server: a file path, as session.save_path has for other handlers, is one such. */
    public static function tryParse(string $text): ?self
    {
        $text = trim($text, " \t\r\n");
        if (preg_match('#^([a-z]+)://(.*)$#Dis', $text, $match) === 1) {
            $transport = self::TRANSPORTS[strtolower($match[1])] ?? null;

            return $transport === null ? null : self::fromRest($transport, $match[2]);
        }
        // `host` or `host:port`; a path or a `N;/path` of the files handler holds a slash or a semicolon
        if ($text === '' || strpbrk($text, "/\\;@ \0") !== false) {
            return null;
        }

        return self::fromRest('tcp', $text);
    }

    private static function fromRest(string $transport, string $rest): ?self
    {
        $options = [];
        $question = strpos($rest, '?');
        if ($question !== false) {
            parse_str(substr($rest, $question + 1), $parsed);
            foreach ($parsed as $name => $value) {
                $options[(string) $name] = \is_array($value) ? implode(',', array_filter($value, 'is_string')) : (string) $value;
            }
            $rest = substr($rest, 0, $question);
        }
        $user = $password = null;
        $at = strrpos($rest, '@');
        if ($at !== false) {
            $credentials = explode(':', substr($rest, 0, $at), 2);
            if (\count($credentials) === 2) {
                $user = $credentials[0] === '' ? null : rawurldecode($credentials[0]);
                $password = rawurldecode($credentials[1]);
            } else {
                $password = rawurldecode($credentials[0]);
            }
            $rest = substr($rest, $at + 1);
        }
        if ($transport === 'unix') {
            return $rest === '' || $rest[0] !== '/' || strpos($rest, "\0") !== false
                ? null
                : new self($transport, $rest, 0, $user, $password, $options);
        }
        if (preg_match('/^(\[[0-9a-f:.%a-z]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?\/?$/Di', $rest, $match) !== 1) {
            return null;
        }
        $port = isset($match[2]) && (int) $match[2] !== 0 ? (int) $match[2] : self::DEFAULT_PORT;

        return $port > 65535 ? null : new self($transport, $match[1], $port, $user, $password, $options);
    }

    /** Without user, password and options: for messages. */
    public function describe(): string
    {
        return $this->transport === 'unix' ? 'unix://' . $this->host : $this->transport . '://' . $this->host . ':' . $this->port;
    }

    private static function withoutPassword(string $text): string
    {
        return substr((string) preg_replace('#//[^/]*@#', '//***@', $text), 0, 100);
    }
}
