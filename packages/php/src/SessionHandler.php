<?php

declare(strict_types=1);

namespace Msession;

use Msession\Exception\ArgumentException;
use Msession\Exception\MsessionException;
use Msession\Session\BusyAnswer;
use Msession\Session\CallSite;
use Msession\Session\HandlerOptions;
use Msession\Session\Migration;
use Msession\Session\OpenedSessions;
use Msession\Session\Report;
use Msession\Session\SessionId;
use Msession\Session\SessionReader;
use Msession\Session\SessionStore;
use Msession\Session\SessionWriter;
use Msession\Wire\Address;
use Msession\Wire\Connection;
use Msession\Wire\ConnectionOptions;
use Msession\Wire\StreamOpener;

/**
 * PHP's session save handler on the msession server. Opening a session takes its lock and reads it in one round trip,
 * closing writes it and frees the lock in another. This class decides what each of PHP's callbacks means (PHP calls
 * them in ways that depend on what the page did); {@see SessionReader} and {@see SessionWriter} put
 * together what PHP asks in pieces, {@see SessionStore} speaks to the server.
 *
 * Invariants: a write never overwrites what another holder of the lock wrote; nothing is released while PHP may still
 * write; warnings and exceptions leave only when lock and stream are settled.
 */
final class SessionHandler implements \SessionHandlerInterface, \SessionIdInterface, \SessionUpdateTimestampHandlerInterface
{
    public const SAVED = Report::SAVED;
    public const SKIPPED = Report::SKIPPED;
    public const LOST = Report::LOST;
    public const FAILED = Report::FAILED;

    /** @var self|null */
    private static $registered;

    /** @var list<callable(): void> */
    private static $beforeRead = [];

    /** @var string|null */
    private $server;

    /** @var array<string, mixed> */
    private $givenOptions;

    /** @var StreamOpener|null */
    private $opener;

    /** @var SessionStore|null made by the first callback, when save_path is known */
    private $store;

    /** @var HandlerOptions */
    private $options;

    /** @var Report */
    private $report;

    /** @var Migration|null */
    private $migration;

    /** @var OpenedSessions made with the store, as are reader and writer */
    private $opened;

    /** @var SessionReader */
    private $reader;

    /** @var SessionWriter */
    private $writer;

    /** @var string|null an id from our own create_sid, which nobody else can know */
    private $freshId;

    /**
     * @param string|null $server `host[:port]`, `tcp://`, `tls://`, `unix://`; null: MSESSION_URL, else
     *     session.save_path where it names a server, else 127.0.0.1:8086
     * @param array<string, mixed> $options lock, wait, lease, ttl, firstVisitTtl, readonly, index, throw, busy,
     *     migrateFrom, logger, and those of the connection: persistent, connectTimeout, readTimeout, tls
     */
    public function __construct(?string $server = null, array $options = [], ?StreamOpener $opener = null)
    {
        $this->server = $server ?? ServerLocator::fromEnvironment();
        $this->givenOptions = $options;
        $this->opener = $opener;
        if ($this->server !== null) {
            $this->connectTo($this->server);
        } else {
            // unknown options are refused here and now, not in the middle of a page
            $this->options = new HandlerOptions(Address::parse(ServerLocator::FALLBACK), $options);
            $this->report = new Report($this->options);
        }
    }

    /**
     * Makes a handler PHP's save handler, in one line.
     *
     * @param array<string, mixed> $options
     */
    public static function register(?string $server = null, array $options = []): self
    {
        if (session_status() === PHP_SESSION_ACTIVE) {
            throw new ArgumentException('a session is active already: register the handler before session_start(), and turn session.auto_start off');
        }
        $handler = new self($server, $options);
        session_set_save_handler($handler, true);
        self::$registered = $handler;

        return $handler;
    }

    /** The handler that PHP uses in this request, if it is one of ours. */
    public static function registered(): ?self
    {
        return self::$registered;
    }

    /**
     * Writes fields of $_SESSION as variables beside the data, in the same step, so that sessions can be found by them.
     *
     * @param list<string> $fields a dot goes into an inner array: `user.id`
     */
    public static function index(array $fields): void
    {
        if (self::$registered === null) {
            throw new ArgumentException('no handler is registered; call SessionHandler::register() first');
        }
        self::$registered->options->index = array_values($fields);
    }

    /**
     * Runs a function whenever a session is about to be read, when $_SESSION is new and empty.
     *
     * @param callable(): void $function
     */
    public static function beforeRead(callable $function): void
    {
        self::$beforeRead[] = $function;
    }

    /** The server's address as it was given, or as session.save_path had it. */
    public function server(): ?string
    {
        return $this->server;
    }

    /**
     * The key of the lock this handler holds on a session.
     *
     * @return int|string|null
     */
    public function heldKey(string $id)
    {
        return $this->store !== null ? $this->store->heldKey($id) : null;
    }

    /** What became of the last write: saved, skipped (nothing to write, or read-only), lost (lock), failed; null: none yet. */
    public function lastWrite(): ?string
    {
        return $this->report->lastWrite();
    }

    /** Code of the last failure: LOCKED, BUSY, NOWLOCK, CONNECT, TIMEOUT, BADLEN …; null when the last callback succeeded. */
    public function lastError(): ?string
    {
        return $this->report->lastError();
    }

    /** How many writes this process refused because the lock was lost. */
    public function lostWrites(): int
    {
        return $this->report->lostWrites();
    }

    /**
     * @param string $path
     * @param string $name
     */
    #[\ReturnTypeWillChange]
    public function open($path, $name): bool
    {
        if (self::$registered === null) {
            self::$registered = $this;
        }
        if ($this->store === null) {
            $this->server = ServerLocator::fromSavePath((string) $path) ?? ServerLocator::FALLBACK;
            $this->connectTo($this->server);
        }

        return true;
    }

    #[\ReturnTypeWillChange]
    public function close(): bool
    {
        // between the two halves of session_regenerate_id(true) the lock stays
        if ($this->store !== null && !$this->store->isForked() && !$this->reader->isRenaming()) {
            $this->reader->forgetPrefetched();
            $this->store->release();
        }

        return true;
    }

    #[\ReturnTypeWillChange]
    public function create_sid(): string
    {
        return $this->freshId = SessionId::fresh();
    }

    /** @param string $id */
    #[\ReturnTypeWillChange]
    public function validateId($id): bool
    {
        $id = (string) $id;
        $store = $this->store();
        if ($store->isForked()) {
            return true;
        }
        if ($id === $this->freshId || !SessionId::isAcceptable($id, SessionId::isFromRequest($id))) {
            return false;
        }
        if ($store->heldKey($id) !== null) {
            return true;
        }

        return $this->reader->exists($id);
    }

    /**
     * @param string $id
     * @return string|false
     */
    #[\ReturnTypeWillChange]
    public function read($id)
    {
        $id = (string) $id;
        foreach (self::$beforeRead as $function) {
            $function();
        }
        $store = $this->store();
        if ($store->isForked()) {
            return '';
        }
        $this->report->clear();
        $site = CallSite::current();
        if (!$site->isRegenerate) {
            $this->reader->forgetMove();
        }
        $this->opened->begin($id, $site->isRegenerate);
        // from here on others may have it
        $this->freshId = null;
        if (!SessionId::isAcceptable($id, SessionId::isFromRequest($id))) {
            return $this->failRead($id, 'ERR', 'ERR the session id is refused: it is too long or too short, or has characters other than A-Z, a-z, 0-9, "-" and ","');
        }
        try {
            return $this->reader->read($id, $site);
        } catch (MsessionException $failure) {
            return $this->failRead($id, $failure->errorCode(), $failure->getMessage(), $failure);
        }
    }

    /**
     * @param string $id
     * @param string $data
     */
    #[\ReturnTypeWillChange]
    public function write($id, $data): bool
    {
        if ($this->store()->isForked()) {
            return $this->report->skipped();
        }
        $this->report->clear();

        return $this->writer->save((string) $id, (string) $data);
    }

    /**
     * @param string $id
     * @param string $data
     */
    #[\ReturnTypeWillChange]
    public function updateTimestamp($id, $data): bool
    {
        if ($this->store()->isForked()) {
            return $this->report->skipped();
        }
        $this->report->clear();

        return $this->writer->renew((string) $id, (string) $data);
    }

    /** @param string $id */
    #[\ReturnTypeWillChange]
    public function destroy($id): bool
    {
        $id = (string) $id;
        $store = $this->store();
        if ($store->isForked()) {
            return true;
        }
        $this->report->clear();
        if (!SessionId::isAcceptable($id, SessionId::isFromRequest($id))) {
            return true;
        }
        if (CallSite::current()->isRegenerate) {
            // the new id's read() renames: variables, sub-sessions and the lock go along
            $this->reader->beginRename($id);

            return true;
        }
        $this->opened->forget($id);
        try {
            $store->destroy($id);
        } catch (MsessionException $failure) {
            $this->report->failure('destroy', $failure->errorCode(), $failure->getMessage(), $failure);

            return false;
        }
        if ($this->migration !== null) {
            $this->migration->finish($id);
        }

        return true;
    }

    /**
     * The server ends sessions by itself.
     *
     * @param int $max_lifetime
     * @return int
     */
    #[\ReturnTypeWillChange]
    public function gc($max_lifetime)
    {
        return 0;
    }

    /**
     * PHP may still write after destructors ran, so a lock goes here only when PHP has no session open any more:
     * after exit() inside a callback, for one, PHP calls neither write nor close.
     */
    public function __destruct()
    {
        if ($this->store !== null && session_status() !== PHP_SESSION_ACTIVE && !$this->store->isForked()) {
            $this->store->release();
        }
    }

    private function connectTo(string $server): void
    {
        $address = Address::parse($server);
        $this->options = new HandlerOptions($address, $this->givenOptions);
        $this->report = new Report($this->options);
        $this->migration = $this->options->migrateFrom === null ? null : new Migration($this->options->migrateFrom);
        $connection = new Connection(
            $address,
            ConnectionOptions::from($address, $this->givenOptions + ['role' => 'session']),
            $this->opener
        );
        $this->store = new SessionStore($connection, $this->options);
        $this->opened = new OpenedSessions();
        $this->reader = new SessionReader($this->store, $this->options, $this->opened, $this->migration);
        $this->writer = new SessionWriter($this->store, $this->opened, $this->reader, $this->migration, $this->report);
    }

    private function store(): SessionStore
    {
        if ($this->store === null) {
            // frameworks call read and write without open
            $this->open((string) ini_get('session.save_path'), '');
            \assert($this->store !== null);
        }

        return $this->store;
    }

    private function failRead(string $id, string $code, string $text, ?\Throwable $cause = null): bool
    {
        $this->opened->refuse($id);
        $this->reader->forgetMove();
        if ($this->store !== null && !$this->store->isForked()) {
            $this->store->release();
        }
        if ($this->options->answersBusy && ($code === 'LOCKED' || $code === 'BUSY')) {
            $this->report->log('warning', 'msession session read: ' . $text, $code);
            BusyAnswer::send();
        }
        $this->report->failure('read', $code, $text, $cause);

        return false;
    }
}
