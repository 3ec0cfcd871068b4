<?php

declare(strict_types=1);

namespace Msession\Session;

/** What is known of the sessions this request opened: which were new, and which must not be written. */
final class OpenedSessions
{
    /** @var string|null the id that was read last; what is known of ids is known of this one */
    private $currentId;

    /** @var array<string, true> ids whose lock was lost, or that could not be read: never overwritten */
    private $refused = [];

    /** @var array<string, string> data of sessions opened for reading only */
    private $readOnly = [];

    /** @var array<string, true> ids that had no data when they were read */
    private $isNew = [];

    /** An id is about to be read; in session_regenerate_id() what is known of the old one stays known. */
    public function begin(string $id, bool $isMove): void
    {
        if ($isMove || $this->currentId === $id) {
            $this->forget($id);
        } else {
            // a worker that serves many sessions keeps nothing of the earlier ones
            $this->refused = $this->readOnly = $this->isNew = [];
        }
        $this->currentId = $id;
    }

    public function forget(string $id): void
    {
        unset($this->refused[$id], $this->readOnly[$id], $this->isNew[$id]);
    }

    public function refuse(string $id): void
    {
        $this->refused[$id] = true;
    }

    public function isRefused(string $id): bool
    {
        return isset($this->refused[$id]);
    }

    /** For reading only: a write is no failure as long as it would change nothing. */
    public function setReadOnly(string $id, string $data): void
    {
        $this->readOnly[$id] = $data;
    }

    public function isReadOnly(string $id): bool
    {
        return isset($this->readOnly[$id]);
    }

    /** Whether this is what was read of a session opened for reading only. */
    public function isAsRead(string $id, string $data): bool
    {
        return $this->readOnly[$id] === $data;
    }

    public function setNew(string $id): void
    {
        $this->isNew[$id] = true;
    }

    public function isNew(string $id): bool
    {
        return isset($this->isNew[$id]);
    }

    public function setSaved(string $id): void
    {
        unset($this->isNew[$id]);
    }

    /** A session has another id now; without data on the server it is as new as it was. */
    public function rename(string $id, string $newId, bool $hasData): void
    {
        if (!$hasData || isset($this->isNew[$id])) {
            $this->isNew[$newId] = true;
        }
        unset($this->isNew[$id]);
        if (isset($this->refused[$id])) {
            $this->refused[$newId] = true;
        }
    }
}
