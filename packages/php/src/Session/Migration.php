<?php

declare(strict_types=1);

namespace Msession\Session;

/** Sessions that still are in an old store: read there once, written to ours, then deleted there. */
final class Migration
{
    /** @var \SessionHandlerInterface */
    private $store;

    /** @var array<string, true> ids whose data came from the old store and is not ours yet */
    private $pending = [];

    public function __construct(\SessionHandlerInterface $store)
    {
        $this->store = $store;
    }

    /** Data of the old store, or null. */
    public function read(string $id): ?string
    {
        $this->store->open((string) ini_get('session.save_path'), (string) session_name());
        try {
            $data = $this->store->read($id);
        } finally {
            $this->store->close();
        }
        if (!\is_string($data) || $data === '') {
            return null;
        }
        $this->pending[$id] = true;

        return $data;
    }

    public function isPending(string $id): bool
    {
        return isset($this->pending[$id]);
    }

    /** Ours has it now (or it was destroyed): the old store may forget it. */
    public function finish(string $id): void
    {
        unset($this->pending[$id]);
        $this->store->open((string) ini_get('session.save_path'), (string) session_name());
        try {
            $this->store->destroy($id);
        } finally {
            $this->store->close();
        }
    }
}
