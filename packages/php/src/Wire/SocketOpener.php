<?php

declare(strict_types=1);

namespace Msession\Wire;

use Msession\Exception\ConnectionException;

/** Opens TCP, TLS and Unix sockets with PHP's streams; no extension is needed (TLS wants openssl). */
final class SocketOpener implements StreamOpener
{
    public function open(Address $address, ConnectionOptions $options): Stream
    {
        $flags = STREAM_CLIENT_CONNECT;
        $target = $address->transport === 'unix'
            ? 'unix://' . $address->host
            : $address->transport . '://' . $address->host . ':' . $address->port;
        $name = null;
        if ($options->isPersistent) {
            $name = $this->persistentName($target, $address, $options);
            if ($name !== null) {
                $target = $name;
                $flags |= STREAM_CLIENT_PERSISTENT;
            }
        }
        $messages = [];
        set_error_handler(static function (int $level, string $message) use (&$messages): bool {
            $messages[] = $message;

            return true;
        });
        try {
            $socket = stream_socket_client(
                $target,
                $errorNumber,
                $errorText,
                max(0.001, $options->connectTimeout),
                $flags,
                $this->context($address, $options)
            );
        } finally {
            restore_error_handler();
        }
        if ($socket === false) {
            PersistentNames::release($name);
            $reason = $errorText !== '' && $errorText !== null ? $errorText : $this->firstReason($messages);
            throw new ConnectionException('CONNECT', sprintf('cannot connect to %s: %s', $address->describe(), $reason));
        }

        return new SocketStream($socket, $name !== null && ftell($socket) > 0, $name);
    }

    /** The stream's name, which holds who we are: sockets of other credentials or roles are never reused. */
    private function persistentName(string $target, Address $address, ConnectionOptions $options): ?string
    {
        if ($address->transport === 'unix') {
            // the path is the name, so there can be one; a second connection in the same request is not persistent
            return PersistentNames::tryAcquire($target) ? $target : null;
        }
        $identity = $options->role . '-' . substr(hash('sha256', serialize([
            $address->user,
            $address->password,
            $options->protocolVersion,
            $options->tls,
        ])), 0, 16);

        return PersistentNames::acquire($target . '/' . preg_replace('/[^a-z0-9-]/i', '', $identity));
    }

    /** @return resource */
    private function context(Address $address, ConnectionOptions $options)
    {
        $context = ['socket' => ['tcp_nodelay' => true]];
        if ($address->transport === 'tls') {
            $context['ssl'] = $options->tls + ['peer_name' => trim($address->host, '[]'), 'SNI_enabled' => true];
        }

        return stream_context_create($context);
    }

    /** @param list<string> $messages */
    private function firstReason(array $messages): string
    {
        $reason = preg_replace('/^stream_socket_client\(\): /', '', $messages[0] ?? 'no reason given');

        return str_replace("\n", ' ', (string) $reason);
    }
}
