<?php

declare(strict_types=1);

namespace Msession;

use Msession\Exception\ArgumentException;
use Msession\Exception\MsessionException;
use Msession\Session\BusyAnswer;
use Msession\Session\CallSite;
use Msession\Session\HandlerOptions;
use Msession\Session\Migration;
use Msession\Session\Report;
use Msession\Session\SessionId;
use Msession\Session\SessionStore;
use Msession\Wire\Address;
use Msession\Wire\Connection;
use Msession\Wire\ConnectionOptions;
use Msession\Wire\StreamOpener;

/**
 * PHP's session save handler on the msession server. Opening a session takes its lock and reads it in one round trip,
 * closing writes it and frees the lock in another. This class decides what each of PHP's callbacks means (PHP calls
 * them in ways that depend on what the page did); {@see SessionStore} speaks to the server.
 *
 * Invariants: a write never overwrites what another holder of the lock wrote; nothing is released while PHP may still
 * write; warnings and exceptions leave only when lock and stream are settled.
 */
final class SessionHandler implements \SessionHandlerInterface, \SessionIdInterface, \SessionUpdateTimestampHandlerInterface
{
    public const SAVED = 'saved';
    public const SKIPPED = 'skipped';
    public const LOST = 'lost';
    public const FAILED = 'failed';

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

    /** @var string|null an id from our own create_sid, which nobody else can know */
    private $freshId;

    /** @var array{id: string, data: string|null, failure: MsessionException|null}|null what validateId has read for read */
    private $prefetched;

    /** @var string|null the id session_regenerate_id(true) is about to give up */
    private $renameFrom;

    /** @var string|null the id session_regenerate_id(false) has just saved */
    private $copyFrom;

    /** @var string|null the id that was read last; what is known of ids is known of this one */
    private $currentId;

    /** @var array<string, true> ids whose lock was lost, or that could not be read: never overwritten */
    private $refused = [];

    /** @var array<string, string> data of sessions opened for reading only */
    private $readOnly = [];

    /** @var array<string, true> ids that had no data when they were read */
    private $isNew = [];

    /** @var string|null */
    private $lastWrite;

    /** @var int */
    private $lostWrites = 0;

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
        return $this->lastWrite;
    }

    /** Code of the last failure: LOCKED, BUSY, NOWLOCK, CONNECT, TIMEOUT, BADLEN …; null when the last callback succeeded. */
    public function lastError(): ?string
    {
        return $this->report->lastError();
    }

    /** How many writes this process refused because the lock was lost. */
    public function lostWrites(): int
    {
        return $this->lostWrites;
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
        if ($this->store !== null && !$this->store->isForked() && $this->renameFrom === null) {
            $this->prefetched = null;
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
        try {
            return $this->prefetch($store, $id);
        } catch (MsessionException $failure) {
            // false would give the visitor a new session and take the old one away; read() reports it
            $this->prefetched = ['id' => $id, 'data' => null, 'failure' => $failure];

            return true;
        }
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
        $isMove = $site->isRegenerate;
        if (!$isMove) {
            $this->renameFrom = $this->copyFrom = null;
        }
        if ($isMove || $this->currentId === $id) {
            unset($this->refused[$id], $this->readOnly[$id], $this->isNew[$id]);
        } else {
            // a worker that serves many sessions keeps nothing of the earlier ones
            $this->refused = $this->readOnly = $this->isNew = [];
        }
        $this->currentId = $id;
        // from here on others may have it
        $this->freshId = null;
        if (!SessionId::isAcceptable($id, SessionId::isFromRequest($id))) {
            return $this->failRead($id, 'ERR', 'ERR the session id is refused: it is too long or too short, or has characters other than A-Z, a-z, 0-9, "-" and ","');
        }
        try {
            $data = $this->load($store, $id, $site);
        } catch (MsessionException $failure) {
            return $this->failRead($id, $failure->errorCode(), $failure->getMessage(), $failure);
        }
        if ($data === null) {
            $this->isNew[$id] = true;
            $data = $this->migration === null ? '' : (string) $this->migration->read($id);
        }
        if (isset($this->readOnly[$id])) {
            $this->readOnly[$id] = $data;
        }

        return $data;
    }

    /**
     * @param string $id
     * @param string $data
     */
    #[\ReturnTypeWillChange]
    public function write($id, $data): bool
    {
        $id = (string) $id;
        $data = (string) $data;
        $store = $this->store();
        if ($store->isForked()) {
            $this->lastWrite = self::SKIPPED;

            return true;
        }
        $this->report->clear();
        $this->copyFrom = null;
        if (isset($this->refused[$id])) {
            return $this->refuseWrite($id, 'NOWLOCK', 'the lock was lost, nothing was written');
        }
        if (isset($this->readOnly[$id])) {
            return $this->skipReadOnly($id, $data);
        }
        // an id whose lock is held was accepted when it was read
        if ($store->heldKey($id) === null && !SessionId::isAcceptable($id, SessionId::isFromRequest($id))) {
            return $this->failWrite('ERR', 'ERR the session id is refused');
        }
        try {
            $isFirstVisit = isset($this->isNew[$id]);
            $outcome = $store->save($id, $data, $isFirstVisit);
        } catch (MsessionException $failure) {
            return $this->failWrite($failure->errorCode(), $failure->getMessage(), $failure);
        }
        if ($outcome !== null) {
            return $this->refuseWrite($id, $outcome, 'another request has taken the lock or ended the session, nothing was written');
        }
        unset($this->isNew[$id]);
        $this->copyFrom = CallSite::current()->isRegenerate ? $id : null;
        $this->lastWrite = self::SAVED;
        $this->finishMigration($id);

        return true;
    }

    /**
     * @param string $id
     * @param string $data
     */
    #[\ReturnTypeWillChange]
    public function updateTimestamp($id, $data): bool
    {
        $id = (string) $id;
        $store = $this->store();
        if ($store->isForked()) {
            $this->lastWrite = self::SKIPPED;

            return true;
        }
        $this->report->clear();
        if (isset($this->refused[$id])) {
            $this->lastWrite = self::SKIPPED;

            return true;
        }
        if (isset($this->readOnly[$id])) {
            return $this->skipReadOnly($id, (string) $data);
        }
        // the files handler leaves an empty file for a new session: so there must be a session, too
        if (isset($this->isNew[$id])) {
            return $this->write($id, $data);
        }
        try {
            if (!$store->renew($id)) {
                return $this->write($id, $data);
            }
        } catch (MsessionException $failure) {
            return $this->failWrite($failure->errorCode(), $failure->getMessage(), $failure);
        }
        $this->lastWrite = self::SKIPPED;

        return true;
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
            $this->renameFrom = $id;

            return true;
        }
        unset($this->refused[$id], $this->readOnly[$id], $this->isNew[$id]);
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

    private function prefetch(SessionStore $store, string $id): bool
    {
        $site = CallSite::current();
        if (!$site->isStart) {
            return $store->exists($id);
        }
        $hasLock = $this->options->hasLocks && !$this->options->isReadOnly() && !$site->isReadAndClose;
        [$exists, $data] = $hasLock ? $store->lockExisting($id) : $store->peek($id);
        if ($exists) {
            $this->prefetched = ['id' => $id, 'data' => $data, 'failure' => null];

            return true;
        }
        if ($this->migration !== null && $this->migration->read($id) !== null) {
            return true;
        }

        return false;
    }

    private function load(SessionStore $store, string $id, CallSite $site): ?string
    {
        $prefetched = $this->prefetched;
        $this->prefetched = null;
        $isReadOnly = $this->options->isReadOnly() || $site->isReadAndClose;
        if ($isReadOnly) {
            $this->readOnly[$id] = '';
        }
        if ($prefetched !== null && $prefetched['id'] === $id) {
            if ($prefetched['failure'] !== null) {
                throw $prefetched['failure'];
            }

            return $prefetched['data'];
        }
        if ($store->heldKey($id) !== null) {
            return $store->fetch($id);
        }
        if ($site->isRegenerate) {
            $this->moveTo($store, $id);

            return '';
        }
        if ($isReadOnly || !$this->options->hasLocks) {
            return $store->fetch($id);
        }

        return $store->lock($id);
    }

    /** The second half of session_regenerate_id(): what the old session has goes to the new id. */
    private function moveTo(SessionStore $store, string $newId): void
    {
        [$oldId, $copyFrom] = [$this->renameFrom, $this->copyFrom];
        $this->renameFrom = $this->copyFrom = null;
        if ($oldId === null) {
            if ($copyFrom !== null) {
                $store->copy($copyFrom, $newId);
            } elseif ($this->options->hasLocks) {
                $store->lock($newId);
            }

            return;
        }
        $wasNew = isset($this->isNew[$oldId]);
        unset($this->isNew[$oldId]);
        if (!$store->rename($oldId, $newId) || $wasNew) {
            $this->isNew[$newId] = true;
        }
        if (isset($this->refused[$oldId])) {
            $this->refused[$newId] = true;
        }
        if ($this->migration !== null && $this->migration->isPending($oldId)) {
            $this->migration->finish($oldId);
        }
    }

    private function finishMigration(string $id): void
    {
        if ($this->migration !== null && $this->migration->isPending($id)) {
            $this->migration->finish($id);
            $this->report->log('info', 'msession session write: a session moved here from the old store');
        }
    }

    private function skipReadOnly(string $id, string $data): bool
    {
        $this->lastWrite = self::SKIPPED;
        if ($data === $this->readOnly[$id]) {
            return true;
        }
        $this->report->failure('write', 'READONLY', 'the session was opened for reading only, its changes are not saved');

        return false;
    }

    private function failRead(string $id, string $code, string $text, ?\Throwable $cause = null): bool
    {
        $this->refused[$id] = true;
        $this->renameFrom = null;
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

    private function failWrite(string $code, string $text, ?\Throwable $cause = null): bool
    {
        $this->lastWrite = self::FAILED;
        $this->store()->release();
        $this->report->failure('write', $code, $text, $cause);

        return false;
    }

    private function refuseWrite(string $id, string $code, string $text): bool
    {
        $this->lastWrite = self::LOST;
        $this->lostWrites++;
        $this->refused[$id] = true;
        $this->report->failure('write', $code, $code . ' ' . $text);

        return false;
    }
}
