<?php

declare(strict_types=1);

namespace Msession;

use Msession\Exception\ArgumentException;
use Msession\Exception\MsessionException;
use Msession\Session\SubSessionStore;
use Msession\Wire\ConnectionOptions;

/**
 * Several sub-sessions in one session, one for each browser window. Which one a request means is decided once: by an
 * explicit id, else by the URL's or form's parameter if that sub-session is known, else it is a new one. An id from
 * outside that nobody made is never adopted. Sub-sessions live on the server as `parent/sub` and end with their parent.
 * Each is opened under its own lock and held until the request ends: requests of one window come one after the other.
 */
final class MultiSession
{
    private const ID = '/^[A-Za-z0-9,_-]{1,128}$/D';

    /** @var self|null */
    private static $shared;

    /** @var SubSessionStore */
    private $store;

    /** @var string */
    private $parameter;

    /** @var int|null seconds since last access; null never */
    private $expireSeconds;

    /** @var int */
    private $maximum;

    /** @var SubSession|null */
    private $current;

    /** @var bool the current one was deleted, so the next is a new one whatever the URL says */
    private $isFreshNext = false;

    /** @var array<string, SubSession> opened in this request */
    private $opened = [];

    /**
     * @param array<string, mixed> $options sessionId (session_id()), parameter (sub_session_id), expire (seconds since
     *     last access, unset never), maximum (64 sub-sessions; the longest unused goes), wait (30 seconds for another
     *     request of the same window), lease (seconds it is held at most: 30, or max_execution_time + 5 if that is more),
     *     client, server, subSessionId
     */
    public function __construct(array $options = [])
    {
        $parentId = (string) ($options['sessionId'] ?? session_id());
        if ($parentId === '' || strpos($parentId, '/') !== false) {
            throw new ArgumentException('there is no session to hold sub-sessions; start one, or give sessionId');
        }
        $client = $options['client'] ?? new Client(
            (string) ($options['server'] ?? ServerLocator::find() ?? ServerLocator::FALLBACK),
            ['role' => 'windows']
        );
        $this->parameter = (string) ($options['parameter'] ?? 'sub_session_id');
        $this->expireSeconds = isset($options['expire']) ? max(1, (int) $options['expire']) : null;
        $this->maximum = max(1, (int) ($options['maximum'] ?? 64));
        $this->store = new SubSessionStore(
            $client,
            $parentId,
            $this->expireSeconds,
            ConnectionOptions::seconds($options, 'wait', 30.0),
            isset($options['lease']) ? ConnectionOptions::seconds($options, 'lease', 30.0) : null
        );
        if (isset($options['subSessionId'])) {
            $this->setSubSessionId((string) $options['subSessionId']);
        }
        register_shutdown_function(function (): void {
            $this->end();
        });
    }

    /**
     * The one of this request: sub-requests and includes share it.
     *
     * @param array<string, mixed> $options for the first call
     */
    public static function shared(array $options = []): self
    {
        return self::$shared = self::$shared ?? new self($options);
    }

    /** Forgets the shared one, for workers that serve many requests. Saves first. */
    public static function forgetShared(): void
    {
        if (self::$shared !== null) {
            self::$shared->end();
        }
        self::$shared = null;
    }

    /**
     * The current sub-session; using it renews its life. LOCKED or BUSY when other requests of the same window keep it.
     *
     * @param array<string, mixed> $options new (an empty one becomes current), clone (a copy of the current one becomes
     *     current, with what was changed in it; the old one stays), subSessionId (this one, made if need be)
     */
    public function session(array $options = []): SubSession
    {
        if (isset($options['subSessionId'])) {
            $this->setSubSessionId((string) $options['subSessionId']);
        }
        // clone wins over new
        if (!empty($options['clone'])) {
            $from = $this->session();

            return $this->current = $this->make($from);
        }
        if (!empty($options['new'])) {
            return $this->current = $this->make(null);
        }
        if ($this->current === null || $this->current->isDeleted()) {
            $this->current = ($this->isFreshNext ? null : $this->requested()) ?? $this->make(null);
            $this->isFreshNext = false;
        } else {
            $this->current->renew();
        }

        return $this->current;
    }

    /** The current sub-session's id, for URLs and forms; with an id, makes that one current, also after the first use. */
    public function subSessionId(?string $id = null): string
    {
        if ($id !== null) {
            $this->setSubSessionId($id);
        }

        return $this->session()->id();
    }

    /** Ends a sub-session: without an id the current one, and the next session() makes a new one. */
    public function deleteSubSession(?string $id = null): void
    {
        $id = $id ?? ($this->current === null || $this->current->isDeleted() ? null : $this->current->id());
        if ($id === null) {
            $requested = $this->requested();
            if ($requested === null) {
                return;
            }
            $id = $requested->id();
        }
        if (preg_match(self::ID, $id) !== 1) {
            return;
        }
        $isCurrent = $this->current !== null && $this->current->id() === $id;
        if (isset($this->opened[$id])) {
            $this->opened[$id]->markDeleted();
            unset($this->opened[$id]);
        }
        $this->store->drop($id);
        if ($isCurrent) {
            $this->current = null;
            $this->isFreshNext = true;
        }
    }

    /** @return list<string> ids of the sub-sessions */
    public function subSessionIds(): array
    {
        return $this->store->ids();
    }

    /** The URL with the current sub-session's id, in place of one that it has. */
    public function url(string $url): string
    {
        [$rest, $fragment] = array_pad(explode('#', $url, 2), 2, null);
        [$path, $query] = array_pad(explode('?', $rest, 2), 2, '');
        $pairs = array_filter(explode('&', (string) $query), function (string $pair): bool {
            return $pair !== '' && rawurldecode(explode('=', $pair, 2)[0]) !== $this->parameter;
        });
        $pairs[] = rawurlencode($this->parameter) . '=' . rawurlencode($this->subSessionId());

        return $path . '?' . implode('&', $pairs) . ($fragment === null ? '' : '#' . $fragment);
    }

    /** A hidden form field with the current sub-session's id. */
    public function field(): string
    {
        return sprintf(
            '<input type="hidden" name="%s" value="%s">',
            htmlspecialchars($this->parameter, ENT_QUOTES),
            htmlspecialchars($this->subSessionId(), ENT_QUOTES)
        );
    }

    /**
     * Saves what changed, lets the next request of each window go on, and ends sub-sessions that nobody used for too long.
     * Runs by itself when the script ends; a page that goes on for long calls it when it is done with its windows.
     */
    public function end(): void
    {
        [$opened, $failures] = [$this->opened, []];
        $this->opened = [];
        $this->current = null;
        foreach ($opened as $subSession) {
            try {
                $this->store->close($subSession);
            } catch (MsessionException $failure) {
                $failures[] = $failure;
            }
        }
        try {
            if ($this->expireSeconds !== null && $opened !== []) {
                $this->purge($this->subSessionIds(), $this->expireSeconds);
            }
        } catch (MsessionException $failure) {
            $failures[] = $failure;
        }
        // an error handler may throw, so this comes when every lock is free
        foreach ($failures as $failure) {
            trigger_error('msession sub-session: ' . $failure->getMessage(), E_USER_WARNING);
        }
    }

    private function setSubSessionId(string $id): void
    {
        if (preg_match(self::ID, $id) !== 1) {
            throw new ArgumentException('a sub-session id has 1 to 128 characters of A-Z, a-z, 0-9, "-", "_" and ","');
        }
        $this->current = $this->find($id);
        if ($this->current !== null) {
            return;
        }
        // the application may name one; then it is made under that name
        $this->makeRoom();
        $this->current = $this->opened[$id] = $this->store->create($id);
    }

    /** The sub-session that the URL or the form names, if there is one. */
    private function requested(): ?SubSession
    {
        $id = $_GET[$this->parameter] ?? $_POST[$this->parameter] ?? null;

        return \is_string($id) && preg_match(self::ID, $id) === 1 ? $this->find($id) : null;
    }

    private function find(string $id): ?SubSession
    {
        if (isset($this->opened[$id]) && $this->opened[$id]->isHeld()) {
            return $this->opened[$id];
        }
        $found = $this->store->open($id);
        if ($found !== null) {
            $this->opened[$id] = $found;
        }

        return $found;
    }

    private function make(?SubSession $from): SubSession
    {
        $this->makeRoom();
        if ($from !== null) {
            // its variables and what is stored go along on the server, what this request changed in memory
            $from->save();
        }
        $made = $this->store->createNew($from);

        return $this->opened[$made->id()] = $made;
    }

    private function makeRoom(): void
    {
        $ids = $this->subSessionIds();
        $excess = \count($ids) - $this->maximum + 1;
        if ($excess > 0) {
            $idle = $this->store->idleSeconds($ids);
            if ($this->current !== null) {
                unset($idle[$this->current->id()]);
            }
            arsort($idle);
            foreach (\array_slice(array_keys($idle), 0, $excess) as $id) {
                $this->deleteSubSession((string) $id);
            }
        }
    }

    /** @param list<string> $ids */
    private function purge(array $ids, int $seconds): void
    {
        foreach ($this->store->idleSeconds($ids) as $id => $idle) {
            if ($idle > $seconds) {
                $this->deleteSubSession((string) $id);
            }
        }
    }
}
