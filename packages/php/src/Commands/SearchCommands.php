<?php

declare(strict_types=1);

namespace Msession\Commands;

use Msession\Wire\MapReply;

/** Counting, listing and finding sessions. */
trait SearchCommands
{
    /** Live sessions; sub-sessions and `globals` do not count. */
    public function count(): int
    {
        return (int) $this->send(['COUNT'], 0.0, 'integer');
    }

    /** @return list<string> ids of all live sessions */
    public function list(?string $match = null): array
    {
        return $this->send(array_merge(['LIST'], Words::from(['match' => $match], ['match'])), 0.0, 'list');
    }

    /**
     * Ids page by page, for servers with many sessions.
     *
     * @return \Generator<int, string>
     */
    public function each(?string $match = null, int $pageSize = 1000): \Generator
    {
        $cursor = '0';
        do {
            $words = Words::from(['cursor' => $cursor, 'count' => $pageSize, 'match' => $match], ['cursor', 'count', 'match']);
            [$cursor, $ids] = $this->send(array_merge(['LIST'], $words), 0.0, 'pair');
            foreach ($ids as $id) {
                yield $id;
            }
        } while ((string) $cursor !== '0');
    }

    /** @return list<string> ids of the sessions in which the variable has the value, oldest first */
    public function find(string $name, string $value): array
    {
        return $this->send(['FIND', $name, $value], 0.0, 'list');
    }

    /** @return array<array-key, string> session id => value of the variable */
    public function listVar(string $name): array
    {
        return MapReply::toArray($this->send(['LISTVAR', $name], 0.0, 'map'));
    }

    /** Finds and ends sessions in one step; returns how many. */
    public function dropWhere(string $name, string $value, ?string $except = null): int
    {
        return (int) $this->send(array_merge(['DROPWHERE', $name, $value], Words::from(['except' => $except], ['except'])), 0.0, 'integer');
    }
}
