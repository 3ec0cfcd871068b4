<?php

declare(strict_types=1);

namespace Msession\Session;

use Msession\Exception\ArgumentException;
use Msession\ServerLocator;
use Msession\Wire\Address;
use Msession\Wire\ConnectionOptions;

/** Options of the save handler: from its constructor, else from behind the `?` of the server's address. */
final class HandlerOptions
{
    private const NAMES = [
        'lock', 'wait', 'waiters', 'lease', 'ttl', 'firstVisitTtl', 'readonly', 'index', 'throw', 'busy', 'migrateFrom', 'logger',
        // of the connection
        'persistent', 'connectTimeout', 'readTimeout', 'protocol', 'role', 'tls', 'cafile', 'peerName', 'maxReplyBytes',
    ];

    /** @var bool take the lock when a session is opened for writing */
    public $hasLocks;

    /** @var float seconds to wait for the lock */
    public $waitSeconds;

    /** @var int how many may wait for one session, this page included */
    public $maxWaiters;

    /** @var float|null seconds the lock is held at most; null: the longer of 30 and max_execution_time + 5 */
    private $leaseSeconds;

    /** @var int|null seconds a session lives; null: session.gc_maxlifetime */
    private $ttlSeconds;

    /** @var int|null seconds a session lives that was made by this request */
    public $firstVisitTtlSeconds;

    /** @var bool */
    private $isReadOnly;

    /** @var list<string> fields of $_SESSION that are written as variables */
    public $index;

    /** @var bool failures are exceptions, not warnings */
    public $throws;

    /** @var bool answer 503 when the lock is not to be had */
    public $answersBusy;

    /** @var \SessionHandlerInterface|null */
    public $migrateFrom;

    /** @var \Psr\Log\LoggerInterface|object|null */
    public $logger;

    /** @param array<string, mixed> $options */
    public function __construct(Address $address, array $options)
    {
        foreach (array_keys($options + $address->options) as $name) {
            if (!\in_array($name, self::NAMES, true)) {
                throw new ArgumentException(sprintf('the session handler has no option "%s"; it has %s', $name, implode(', ', self::NAMES)));
            }
        }
        $all = $options + $address->options;
        $this->hasLocks = ConnectionOptions::flag($all, 'lock', true);
        $this->waitSeconds = ConnectionOptions::seconds($all, 'wait', 30.0);
        $this->maxWaiters = max(1, (int) ConnectionOptions::seconds($all, 'waiters', 16.0));
        $this->leaseSeconds = isset($all['lease']) ? ConnectionOptions::seconds($all, 'lease', 30.0) : null;
        $this->ttlSeconds = isset($all['ttl']) ? (int) ConnectionOptions::seconds($all, 'ttl', 0.0) : null;
        $this->firstVisitTtlSeconds = isset($all['firstVisitTtl']) ? (int) ConnectionOptions::seconds($all, 'firstVisitTtl', 0.0) : null;
        $this->isReadOnly = ConnectionOptions::flag($all, 'readonly', false);
        $index = $all['index'] ?? [];
        $this->index = array_values(array_filter(\is_array($index) ? $index : explode(',', (string) $index), 'strlen'));
        $this->throws = ConnectionOptions::flag($all, 'throw', false);
        $this->answersBusy = ConnectionOptions::flag($all, 'busy', false);
        $this->migrateFrom = $all['migrateFrom'] ?? null;
        if ($this->migrateFrom !== null && !$this->migrateFrom instanceof \SessionHandlerInterface) {
            throw new ArgumentException('migrateFrom is an object that implements SessionHandlerInterface');
        }
        $this->logger = $all['logger'] ?? null;
        if ($this->logger !== null && !(\is_object($this->logger) && method_exists($this->logger, 'warning') && method_exists($this->logger, 'info'))) {
            throw new ArgumentException('logger is a PSR-3 logger');
        }
    }

    public function leaseSeconds(): float
    {
        return $this->leaseSeconds ?? self::usualLeaseSeconds();
    }

    /** A page that PHP would have ended by its time limit holds nothing any more. */
    public static function usualLeaseSeconds(): float
    {
        return max(30.0, (float) ini_get('max_execution_time') + 5.0);
    }

    /** What goes behind TIMEOUT: 0 never expires, -1 is the server's default. */
    public function ttlSeconds(bool $isFirstVisit): int
    {
        if ($isFirstVisit && $this->firstVisitTtlSeconds !== null) {
            return $this->firstVisitTtlSeconds;
        }
        if ($this->ttlSeconds !== null) {
            return $this->ttlSeconds;
        }
        $seconds = (int) ini_get('session.gc_maxlifetime');

        return $seconds > 0 ? $seconds : -1;
    }

    public function isReadOnly(): bool
    {
        if ($this->isReadOnly) {
            return true;
        }
        $setting = ServerLocator::setting('MSESSION_READONLY');

        return $setting !== null && filter_var($setting, FILTER_VALIDATE_BOOLEAN);
    }
}
