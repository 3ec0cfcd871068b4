<?php

declare(strict_types=1);

namespace Msession\Session;

/**
 * The session files of PHP's own files handler, as something to migrate from. Reads and deletes `sess_*` files of one
 * directory; it does not lock them.
 */
final class FileStore implements \SessionHandlerInterface
{
    /** @var string */
    private $directory;

    public function __construct(string $directory)
    {
        $this->directory = $directory;
    }

    /**
     * @param string $path
     * @param string $name
     */
    #[\ReturnTypeWillChange]
    public function open($path, $name): bool
    {
        return true;
    }

    #[\ReturnTypeWillChange]
    public function close(): bool
    {
        return true;
    }

    /**
     * @param string $id
     * @return string
     */
    #[\ReturnTypeWillChange]
    public function read($id)
    {
        $file = $this->file($id);

        return $file !== null && is_file($file) ? (string) file_get_contents($file) : '';
    }

    /**
     * @param string $id
     * @param string $data
     */
    #[\ReturnTypeWillChange]
    public function write($id, $data): bool
    {
        $file = $this->file($id);

        return $file !== null && file_put_contents($file, $data, LOCK_EX) !== false;
    }

    /** @param string $id */
    #[\ReturnTypeWillChange]
    public function destroy($id): bool
    {
        $file = $this->file($id);

        return $file === null || !is_file($file) || unlink($file);
    }

    /**
     * @param int $max_lifetime
     * @return int
     */
    #[\ReturnTypeWillChange]
    public function gc($max_lifetime)
    {
        return 0;
    }

    private function file(string $id): ?string
    {
        return preg_match('/^[A-Za-z0-9,-]{1,250}$/D', $id) === 1 ? $this->directory . '/sess_' . $id : null;
    }
}
