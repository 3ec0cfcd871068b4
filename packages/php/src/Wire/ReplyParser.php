<?php

declare(strict_types=1);

namespace Msession\Wire;

/**
 * Reads RESP2 and RESP3 replies from a byte source. Pulls more bytes only when a reply is not complete, so a reply that
 * fits the first read costs no second one. Payload bytes are never scanned. After a ProtocolFault nothing that follows
 * can be trusted: the owner closes the connection.
 */
final class ReplyParser
{
    private const COMPACT_AT = 1048576;

    private const TYPES = '$:+-_*%~>#,(!=|';

    /** @var ByteSource */
    private $source;

    /** @var ReplyLimits */
    private $limits;

    /** @var string */
    private $buffer = '';

    /** @var int */
    private $offset = 0;

    public function __construct(ByteSource $source, ?ReplyLimits $limits = null)
    {
        $this->source = $source;
        $this->limits = $limits ?? new ReplyLimits();
    }

    /** Whether bytes came that no call of read() has used. */
    public function hasLeftover(): bool
    {
        return $this->offset < \strlen($this->buffer);
    }

    /**
     * One reply: string (simple, bulk), int, float, bool, null, list, or an object of this namespace. Integers
     * that this PHP cannot hold come as strings of digits.
     *
     * @return mixed
     */
    public function read(int $depth = 0)
    {
        if ($depth === 0 && $this->offset > 0) {
            $this->dropUsedBytes();
        }
        do {
            if ($this->offset >= \strlen($this->buffer)) {
                $this->pull(1);
            }
            // refused at its first byte: what speaks another protocol may never send a line's end
            $type = $this->buffer[$this->offset];
            if (strpos(self::TYPES, $type) === false) {
                throw new ProtocolFault($type === ';' || $type === '.'
                    ? 'a streamed reply; those are not spoken here'
                    : sprintf('a reply of unknown type 0x%02x', \ord($type)));
            }
            $rest = substr($this->line(), 1);
            if ($type !== '|') {
                return $this->value($type, $rest, $depth);
            }
            // an attribute precedes the reply it describes; we use none
            $this->pairs($this->count($rest, 2), $depth);
        } while (true);
    }

    /** @return mixed */
    private function value(string $type, string $rest, int $depth)
    {
        switch ($type) {
            case '$':
                return $rest === '-1' ? null : $this->bulk($this->length($rest));
            case ':':
                return $this->integer($rest);
            case '+':
                return $rest;
            case '-':
                return ErrorReply::fromLine($rest);
            case '_':
                if ($rest !== '') {
                    throw new ProtocolFault('a null with a value');
                }

                return null;
            case '*':
                return $rest === '-1' ? null : $this->items($this->count($rest), $depth);
            case '%':
                return new MapReply($this->pairs($this->count($rest, 2), $depth));
            case '~':
                return new SetReply($this->items($this->count($rest), $depth));
            case '>':
                if ($depth > 0) {
                    throw new ProtocolFault('a push message inside a reply');
                }

                return $this->push($this->items($this->count($rest), $depth));
            case '#':
                if ($rest !== 't' && $rest !== 'f') {
                    throw new ProtocolFault('a boolean that is neither t nor f');
                }

                return $rest === 't';
            case ',':
                return $this->double($rest);
            case '(':
                if (preg_match('/^[+-]?[0-9]+$/D', $rest) !== 1) {
                    throw new ProtocolFault('a big number with other things than digits');
                }

                return new BigNumberReply($rest);
            case '!':
                return ErrorReply::fromLine($this->bulk($this->length($rest)));
            case '=':
                $text = $this->bulk($this->length($rest));
                if (\strlen($text) < 4 || $text[3] !== ':') {
                    throw new ProtocolFault('a verbatim string without format');
                }

                return new VerbatimReply(substr($text, 0, 3), substr($text, 4));
            default:
                throw new ProtocolFault(sprintf('a reply of unknown type 0x%02x', \ord($type)));
        }
    }

    /**
     * @param list<mixed> $items
     */
    private function push(array $items): PushReply
    {
        if ($items === []) {
            throw new ProtocolFault('a push message without kind');
        }

        return new PushReply($items);
    }

    /** @return list<mixed> */
    private function items(int $count, int $depth): array
    {
        if ($depth >= $this->limits->depth) {
            throw new ProtocolFault('a reply nested deeper than ' . $this->limits->depth);
        }
        $items = [];
        for ($i = 0; $i < $count; $i++) {
            $items[] = $this->read($depth + 1);
        }

        return $items;
    }

    /** @return list<array{0: mixed, 1: mixed}> */
    private function pairs(int $count, int $depth): array
    {
        if ($depth >= $this->limits->depth) {
            throw new ProtocolFault('a reply nested deeper than ' . $this->limits->depth);
        }
        $pairs = [];
        for ($i = 0; $i < $count; $i++) {
            $key = $this->read($depth + 1);
            $pairs[] = [$key, $this->read($depth + 1)];
        }

        return $pairs;
    }

    private function count(string $digits, int $perEntry = 1): int
    {
        if ($digits === '' || \strlen($digits) > 10 || strspn($digits, '0123456789') !== \strlen($digits)) {
            throw new ProtocolFault($this->isStreamed($digits) ? 'a streamed reply; those are not spoken here' : 'a count that is no number');
        }
        if ((float) $digits * $perEntry > $this->limits->items) {
            throw new ProtocolFault('a reply of more than ' . $this->limits->items . ' items');
        }

        return (int) $digits;
    }

    private function length(string $digits): int
    {
        if ($digits === '' || \strlen($digits) > 10 || strspn($digits, '0123456789') !== \strlen($digits)) {
            throw new ProtocolFault($this->isStreamed($digits) ? 'a streamed reply; those are not spoken here' : 'a length that is no number');
        }
        if ((float) $digits > $this->limits->bulkBytes) {
            throw new ProtocolFault('a value of more than ' . $this->limits->bulkBytes . ' bytes');
        }

        return (int) $digits;
    }

    private function isStreamed(string $digits): bool
    {
        return $digits === '?';
    }

    /** @return int|string */
    private function integer(string $digits)
    {
        // one cast and one comparison for what is nearly always true
        $value = (int) $digits;
        if ((string) $value === $digits) {
            return $value;
        }
        if (preg_match('/^[+-]?[0-9]{1,19}$/D', $digits) !== 1) {
            throw new ProtocolFault('an integer that is no number');
        }
        $plain = ltrim($digits, '+');
        $trimmed = ltrim(ltrim($plain, '-'), '0');
        $plain = ($plain[0] === '-' && $trimmed !== '' ? '-' : '') . ($trimmed === '' ? '0' : $trimmed);
        $limit = $plain[0] === '-' ? '9223372036854775808' : '9223372036854775807';
        if (\strlen($trimmed) === 19 && strcmp($trimmed, $limit) > 0) {
            throw new ProtocolFault('an integer of more than 64 bits');
        }
        $value = (int) $plain;

        return (string) $value === $plain ? $value : $plain;
    }

    private function double(string $text): float
    {
        switch (strtolower($text)) {
            case 'inf':
            case '+inf':
                return \INF;
            case '-inf':
                return -\INF;
            case 'nan':
                return \NAN;
        }
        if (preg_match('/^[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?$/D', $text) !== 1) {
            throw new ProtocolFault('a double that is no number');
        }

        return (float) $text;
    }

    private function line(): string
    {
        $from = $this->offset;
        while (($end = strpos($this->buffer, "\r", $from)) === false || $end + 1 >= \strlen($this->buffer)) {
            // what was searched is not searched again; a CR at the very end waits for its LF
            $from = $end === false ? \strlen($this->buffer) : $end;
            if (\strlen($this->buffer) - $this->offset > $this->limits->lineBytes + 2) {
                throw new ProtocolFault('a line of more than ' . $this->limits->lineBytes . ' bytes');
            }
            $this->pull(1);
        }
        if ($this->buffer[$end + 1] !== "\n") {
            throw new ProtocolFault('a line that ends in CR without LF');
        }
        $line = substr($this->buffer, $this->offset, $end - $this->offset);
        if (\strlen($line) > $this->limits->lineBytes) {
            throw new ProtocolFault('a line of more than ' . $this->limits->lineBytes . ' bytes');
        }
        if (strpos($line, "\n") !== false) {
            throw new ProtocolFault('a line that ends in LF without CR');
        }
        $this->offset = $end + 2;

        return $line;
    }

    private function bulk(int $length): string
    {
        $end = $this->offset + $length;
        while (($missing = $end + 2 - \strlen($this->buffer)) > 0) {
            $this->pull($missing);
        }
        if ($this->buffer[$end] !== "\r" || $this->buffer[$end + 1] !== "\n") {
            throw new ProtocolFault('a value that does not end where its length says');
        }
        $value = substr($this->buffer, $this->offset, $length);
        $this->offset = $end + 2;

        return $value;
    }

    private function pull(int $wanted): void
    {
        $this->buffer .= $this->source->readSome($wanted);
    }

    private function dropUsedBytes(): void
    {
        if ($this->offset >= \strlen($this->buffer)) {
            $this->buffer = '';
            $this->offset = 0;
        } elseif ($this->offset > self::COMPACT_AT) {
            $this->buffer = substr($this->buffer, $this->offset);
            $this->offset = 0;
        }
    }
}
