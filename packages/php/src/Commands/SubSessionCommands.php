<?php

declare(strict_types=1);

namespace Msession\Commands;

/** Sub-sessions: sessions named `parent/sub` that live no longer than their parent. */
trait SubSessionCommands
{
    /**
     * Makes a sub-session and returns its id: 40 hexadecimal characters, to be used as "$id/$sub".
     *
     * @param array<string, mixed> $options clone (sub id to copy), timeout
     */
    public function subNew(string $id, array $options = []): string
    {
        return $this->send(array_merge(['SUBNEW', $id], Words::from($options, ['clone', 'timeout'])), 0.0, 'text');
    }

    /** @return list<string> */
    public function subList(string $id): array
    {
        return $this->send(['SUBLIST', $id], 0.0, 'list');
    }
}
