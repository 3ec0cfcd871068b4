<?php

declare(strict_types=1);

namespace Msession\Commands;

use Msession\Wire\MapReply;

/** The unstructured data of a session, its class and its revision. */
trait DataCommands
{
    /** The data; null when the session has none or does not exist. */
    public function dataGet(string $id): ?string
    {
        return $this->send(['DATAGET', $id], 0.0, 'textOrNull');
    }

    /**
     * Data and revision; [null, 0] when there is no session.
     *
     * @return array{0: string|null, 1: int|string}
     */
    public function dataGetWithRevision(string $id): array
    {
        return $this->send(['DATAGET', $id, 'REV'], 0.0, 'pair');
    }

    /**
     * Writes the data and, in the same step, class and variables; makes the session if there is none.
     *
     * @param array<string, mixed> $options class, variables, unset, timeout, ifRev, key, condition (XX or NX)
     * @return bool false where the condition forbids
     */
    public function dataSet(string $id, string $data, array $options = []): bool
    {
        $allowed = ['class', 'variables', 'unset', 'timeout', 'ifRev', 'key', 'condition'];

        return $this->send(array_merge(['DATASET', $id, $data], Words::from($options, $allowed))) !== null;
    }

    /** @return array{class: string, data: string|null, rev: int|string, vars: array<array-key, string>} */
    public function getObject(string $id): array
    {
        $record = MapReply::toArray($this->send(['GETOBJECT', $id], 0.0, 'map'));

        return [
            'class' => (string) ($record['class'] ?? ''),
            'data' => $record['data'] ?? null,
            'rev' => $record['rev'] ?? 0,
            'vars' => MapReply::toArray($record['vars'] ?? []),
        ];
    }
}
