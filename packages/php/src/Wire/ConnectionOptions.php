<?php

declare(strict_types=1);

namespace Msession\Wire;

use Msession\Exception\ArgumentException;

/** How a connection behaves; from an array, with an address's own `?option=value` taking part. */
final class ConnectionOptions
{
    /** @var float seconds to open a connection, TLS handshake included */
    public $connectTimeout = 2.0;

    /** @var float seconds without a byte while a reply is due (for SLOCK on top of its WAIT) */
    public $readTimeout = 5.0;

    /** @var bool keep the socket for the next request of this PHP process */
    public $isPersistent = false;

    /** @var int 3, or 2 for servers and proxies that know no HELLO */
    public $protocolVersion = 3;

    /** @var string what keeps persistent sockets of different users in one process apart */
    public $role = 'client';

    /** @var array<string, mixed> PHP's ssl context options, for tls:// */
    public $tls = [];

    /** @var ReplyLimits */
    public $limits;

    /**
     * @param array<string, mixed> $options connectTimeout, readTimeout, persistent, protocol, role, tls, maxReplyBytes
     */
    public static function from(Address $address, array $options): self
    {
        $all = $options + $address->options;
        $self = new self();
        $self->connectTimeout = self::seconds($all, 'connectTimeout', $self->connectTimeout);
        $self->readTimeout = self::seconds($all, 'readTimeout', $self->readTimeout);
        $self->isPersistent = self::flag($all, 'persistent', false);
        $self->protocolVersion = (int) ($all['protocol'] ?? 3) === 2 ? 2 : 3;
        $self->role = (string) ($all['role'] ?? 'client');
        $self->tls = \is_array($all['tls'] ?? null) ? $all['tls'] : [];
        foreach (['cafile' => 'cafile', 'peerName' => 'peer_name'] as $option => $key) {
            if (isset($all[$option])) {
                $self->tls[$key] = (string) $all[$option];
            }
        }
        $self->limits = new ReplyLimits((int) ($all['maxReplyBytes'] ?? 536870912));

        return $self;
    }

    /** @param array<string, mixed> $options */
    public static function seconds(array $options, string $name, float $default): float
    {
        $value = $options[$name] ?? $default;
        if (!is_numeric($value) || (float) $value < 0) {
            throw new ArgumentException(sprintf('%s is a number of seconds, 0 or more', $name));
        }

        return (float) $value;
    }

    /** @param array<string, mixed> $options */
    public static function flag(array $options, string $name, bool $default): bool
    {
        if (!isset($options[$name])) {
            return $default;
        }
        $value = filter_var($options[$name], FILTER_VALIDATE_BOOLEAN, FILTER_NULL_ON_FAILURE);
        if ($value === null) {
            throw new ArgumentException(sprintf('%s is 1 or 0', $name));
        }

        return $value;
    }
}
