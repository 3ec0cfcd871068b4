<?php

declare(strict_types=1);

namespace Msession\Session;

use Msession\Exception\MsessionException;

/**
 * How a session is opened. PHP asks in several callbacks what is one question: what validateId has read is kept for read,
 * and what destroy or write began in session_regenerate_id() is completed when the new id is read.
 */
final class SessionReader
{
    /** @var SessionStore */
    private $store;

    /** @var HandlerOptions */
    private $options;

    /** @var OpenedSessions */
    private $opened;

    /** @var Migration|null */
    private $migration;

    /** @var array{id: string, data: string|null, failure: MsessionException|null}|null what validateId has read for read */
    private $prefetched;

    /** @var string|null the id session_regenerate_id(true) is about to give up */
    private $renameFrom;

    /** @var string|null the id session_regenerate_id(false) has just saved */
    private $copyFrom;

    public function __construct(SessionStore $store, HandlerOptions $options, OpenedSessions $opened, ?Migration $migration)
    {
        $this->store = $store;
        $this->options = $options;
        $this->opened = $opened;
        $this->migration = $migration;
    }

    /** Whether there is such a session; where PHP is going to read it next, it is locked and read. */
    public function exists(string $id): bool
    {
        try {
            $site = CallSite::current();
            if (!$site->isStart) {
                return $this->store->exists($id);
            }
            $hasLock = $this->options->hasLocks && !$this->options->isReadOnly() && !$site->isReadAndClose;
            [$exists, $data] = $hasLock ? $this->store->lockExisting($id) : $this->store->peek($id);
            if ($exists) {
                $this->prefetched = ['id' => $id, 'data' => $data, 'failure' => null];

                return true;
            }

            return $this->migration !== null && $this->migration->read($id) !== null;
        } catch (MsessionException $failure) {
            // false would give the visitor a new session and take the old one away; read() reports it
            $this->prefetched = ['id' => $id, 'data' => null, 'failure' => $failure];

            return true;
        }
    }

    /** The session's data, under its lock unless it is opened for reading only; of one that is not there the old store's. */
    public function read(string $id, CallSite $site): string
    {
        $isReadOnly = $this->options->isReadOnly() || $site->isReadAndClose;
        $data = $this->load($id, $site, $isReadOnly);
        if ($data === null) {
            $this->opened->setNew($id);
            $data = $this->migration === null ? '' : (string) $this->migration->read($id);
        }
        if ($isReadOnly) {
            $this->opened->setReadOnly($id, $data);
        }

        return $data;
    }

    /** The session is closed without having been read. */
    public function forgetPrefetched(): void
    {
        $this->prefetched = null;
    }

    /** The first half of session_regenerate_id(true): variables, sub-sessions and the lock go along with the new id. */
    public function beginRename(string $id): void
    {
        $this->renameFrom = $id;
    }

    /** The first half of session_regenerate_id(false), or null: what was saved is not copied anywhere. */
    public function beginCopy(?string $id): void
    {
        $this->copyFrom = $id;
    }

    public function isRenaming(): bool
    {
        return $this->renameFrom !== null;
    }

    /** The next id that is read has nothing to do with the last. */
    public function forgetMove(): void
    {
        $this->renameFrom = $this->copyFrom = null;
    }

    /** What the server has; null where it has nothing. */
    private function load(string $id, CallSite $site, bool $isReadOnly): ?string
    {
        $prefetched = $this->prefetched;
        $this->prefetched = null;
        if ($prefetched !== null && $prefetched['id'] === $id) {
            if ($prefetched['failure'] !== null) {
                throw $prefetched['failure'];
            }

            return $prefetched['data'];
        }
        if ($this->store->heldKey($id) !== null) {
            return $this->store->fetch($id);
        }
        if ($site->isRegenerate) {
            $this->moveTo($id);

            return '';
        }
        if ($isReadOnly || !$this->options->hasLocks) {
            return $this->store->fetch($id);
        }

        return $this->store->lock($id);
    }

    /** The second half of session_regenerate_id(): what the old session has goes to the new id. */
    private function moveTo(string $newId): void
    {
        [$oldId, $copyFrom] = [$this->renameFrom, $this->copyFrom];
        $this->renameFrom = $this->copyFrom = null;
        if ($oldId !== null) {
            $hasData = $this->store->rename($oldId, $newId);
            $this->opened->rename($oldId, $newId, $hasData);
            if ($this->migration !== null && $this->migration->isPending($oldId)) {
                $this->migration->finish($oldId);
            }
        } elseif ($copyFrom !== null) {
            $this->store->copy($copyFrom, $newId);
        } elseif ($this->options->hasLocks) {
            $this->store->lock($newId);
        }
    }
}
