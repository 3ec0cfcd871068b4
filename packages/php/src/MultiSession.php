<?php

declare(strict_types=1);

namespace Msession;

use Msession\Exception\ArgumentException;
use Msession\Exception\ServerException;

/**
 * Several sub-sessions in one session, one for each browser window. Which one a request means is decided once: by an
 * explicit id, else by the URL's or form's parameter if that sub-session is known, else it is a new one. An id from
 * outside that nobody made is never adopted. Sub-sessions live on the server as `parent/sub` and end with their parent.
 */
final class MultiSession
{
    private const ID = '/^[A-Za-z0-9,_-]{1,128}$/D';

    /** @var self|null */
    private static $shared;

    /** @var Client */
    private $client;

    /** @var string */
    private $parentId;

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
     *     last access, unset never), maximum (64 sub-sessions; the longest unused goes), client, server, subSessionId
     */
    public function __construct(array $options = [])
    {
        $this->parentId = (string) ($options['sessionId'] ?? session_id());
        if ($this->parentId === '' || strpos($this->parentId, '/') !== false) {
            throw new ArgumentException('there is no session to hold sub-sessions; start one, or give sessionId');
        }
        $this->client = $options['client'] ?? new Client(
            (string) ($options['server'] ?? ServerLocator::find() ?? ServerLocator::FALLBACK),
            ['role' => 'windows']
        );
        $this->parameter = (string) ($options['parameter'] ?? 'sub_session_id');
        $this->expireSeconds = isset($options['expire']) ? max(1, (int) $options['expire']) : null;
        $this->maximum = max(1, (int) ($options['maximum'] ?? 64));
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
     * The current sub-session; using it renews its life.
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
        }
        $this->current->renew();

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
        try {
            $this->client->drop($this->parentId . '/' . $id);
        } catch (ServerException $failure) {
            $this->ignoreMissing($failure);
        }
        if ($isCurrent) {
            $this->current = null;
            $this->isFreshNext = true;
        }
    }

    /** @return list<string> ids of the sub-sessions */
    public function subSessionIds(): array
    {
        try {
            return $this->client->subList($this->parentId);
        } catch (ServerException $failure) {
            $this->ignoreMissing($failure);

            return [];
        }
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

    /** Saves what changed and ends sub-sessions that nobody used for too long. Runs by itself when the script ends. */
    public function end(): void
    {
        try {
            foreach ($this->opened as $subSession) {
                $subSession->save();
            }
            if ($this->expireSeconds !== null && $this->opened !== []) {
                $this->purge($this->subSessionIds(), $this->expireSeconds);
            }
        } catch (Exception\MsessionException $failure) {
            trigger_error('msession sub-session: ' . $failure->getMessage(), E_USER_WARNING);
        }
        $this->opened = [];
        $this->current = null;
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
        $this->withParent(function () use ($id): void {
            $this->client->create($this->parentId . '/' . $id, ['timeout' => $this->expireSeconds ?? 0]);
        });
        $this->current = $this->open($id, []);
    }

    /** The sub-session that the URL or the form names, if there is one. */
    private function requested(): ?SubSession
    {
        $id = $_GET[$this->parameter] ?? $_POST[$this->parameter] ?? null;

        return \is_string($id) && preg_match(self::ID, $id) === 1 ? $this->find($id) : null;
    }

    private function find(string $id): ?SubSession
    {
        if (isset($this->opened[$id])) {
            return $this->opened[$id];
        }
        $name = $this->parentId . '/' . $id;
        [$exists, $data] = $this->client->pipeline([['CTL', $name, 'EXIST'], ['DATAGET', $name]]);
        if ($exists !== 1) {
            return null;
        }

        return $this->open($id, SubSession::decode(\is_string($data) ? $data : ''));
    }

    private function make(?SubSession $from): SubSession
    {
        $this->makeRoom();
        if ($from !== null) {
            // its variables and what is stored go along on the server, what this request changed in memory
            $from->save();
        }
        $id = '';
        $this->withParent(function () use ($from, &$id): void {
            $id = $this->client->subNew($this->parentId, [
                'clone' => $from === null ? null : $from->id(),
                'timeout' => $this->expireSeconds ?? 0,
            ]);
        });

        return $this->open($id, $from === null ? [] : $from->toArray());
    }

    /** @param array<array-key, mixed> $data */
    private function open(string $id, array $data): SubSession
    {
        return $this->opened[$id] = new SubSession($this->client, $this->parentId, $id, $data, $this->expireSeconds);
    }

    /** A parent that the save handler has only reserved is made, so that it can hold sub-sessions. */
    private function withParent(callable $function): void
    {
        try {
            $function();
        } catch (ServerException $failure) {
            $this->ignoreMissing($failure);
            try {
                $this->client->create($this->parentId);
            } catch (ServerException $existing) {
                if ($existing->errorCode() !== 'DUPSESSION') {
                    throw $existing;
                }
            }
            $function();
        }
    }

    private function makeRoom(): void
    {
        $ids = $this->subSessionIds();
        $excess = \count($ids) - $this->maximum + 1;
        if ($excess > 0) {
            $idle = $this->idleSeconds($ids);
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
        foreach ($this->idleSeconds($ids) as $id => $idle) {
            if ($idle > $seconds) {
                $this->deleteSubSession((string) $id);
            }
        }
    }

    /**
     * @param list<string> $ids
     * @return array<array-key, int> id => seconds since last access
     */
    private function idleSeconds(array $ids): array
    {
        if ($ids === []) {
            return [];
        }
        $replies = $this->client->pipeline(array_map(function (string $id): array {
            return ['CTL', $this->parentId . '/' . $id, 'TLA'];
        }, $ids));

        return array_filter(array_combine($ids, $replies), 'is_int');
    }

    private function ignoreMissing(ServerException $failure): void
    {
        if ($failure->errorCode() !== 'NOSESSION') {
            throw $failure;
        }
    }
}
