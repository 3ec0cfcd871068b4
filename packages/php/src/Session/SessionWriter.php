<?php

declare(strict_types=1);

namespace Msession\Session;

use Msession\Exception\MsessionException;

/**
 * How a session is saved: under the lock it was read with, never over what another wrote meanwhile. Every outcome goes to
 * the report, after lock and stream are settled.
 */
final class SessionWriter
{
    /** @var SessionStore */
    private $store;

    /** @var OpenedSessions */
    private $opened;

    /** @var SessionReader */
    private $reader;

    /** @var Migration|null */
    private $migration;

    /** @var Report */
    private $report;

    public function __construct(SessionStore $store, OpenedSessions $opened, SessionReader $reader, ?Migration $migration, Report $report)
    {
        $this->store = $store;
        $this->opened = $opened;
        $this->reader = $reader;
        $this->migration = $migration;
        $this->report = $report;
    }

    /** Writes the data and frees the lock. */
    public function save(string $id, string $data): bool
    {
        $this->reader->beginCopy(null);
        if ($this->opened->isRefused($id)) {
            return $this->refuse($id, 'NOWLOCK', 'the lock was lost, nothing was written');
        }
        if ($this->opened->isReadOnly($id)) {
            return $this->skipReadOnly($id, $data);
        }
        // an id whose lock is held was accepted when it was read
        if ($this->store->heldKey($id) === null && !SessionId::isAcceptable($id, SessionId::isFromRequest($id))) {
            return $this->fail('ERR', 'ERR the session id is refused');
        }
        try {
            $lost = $this->store->save($id, $data, $this->opened->isNew($id));
        } catch (MsessionException $failure) {
            return $this->fail($failure->errorCode(), $failure->getMessage(), $failure);
        }
        if ($lost !== null) {
            return $this->refuse($id, $lost, 'another request has taken the lock or ended the session, nothing was written');
        }
        $this->opened->setSaved($id);
        $this->reader->beginCopy(CallSite::current()->isRegenerate ? $id : null);
        $this->report->saved();
        if ($this->migration !== null && $this->migration->isPending($id)) {
            $this->migration->finish($id);
            $this->report->log('info', 'msession session write: a session moved here from the old store');
        }

        return true;
    }

    /** Nothing changed: renews the session's life and frees the lock. */
    public function renew(string $id, string $data): bool
    {
        if ($this->opened->isRefused($id)) {
            return $this->report->skipped();
        }
        if ($this->opened->isReadOnly($id)) {
            return $this->skipReadOnly($id, $data);
        }
        try {
            // the files handler leaves an empty file for a new session: so there must be a session, too
            $isRenewed = !$this->opened->isNew($id) && $this->store->renew($id);
        } catch (MsessionException $failure) {
            return $this->fail($failure->errorCode(), $failure->getMessage(), $failure);
        }

        return $isRenewed ? $this->report->skipped() : $this->save($id, $data);
    }

    private function skipReadOnly(string $id, string $data): bool
    {
        return $this->opened->isAsRead($id, $data) ? $this->report->skipped() : $this->report->readOnly();
    }

    private function fail(string $code, string $text, ?\Throwable $cause = null): bool
    {
        $this->store->release();

        return $this->report->failed($code, $text, $cause);
    }

    private function refuse(string $id, string $code, string $text): bool
    {
        $this->opened->refuse($id);

        return $this->report->lost($code, $text);
    }
}
