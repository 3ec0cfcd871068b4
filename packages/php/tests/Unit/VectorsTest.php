<?php

declare(strict_types=1);

namespace Msession\Tests\Unit;

use Msession\Tests\Support\EndOfPieces;
use Msession\Tests\Support\PiecewiseSource;
use Msession\Tests\Support\Vectors;
use Msession\Wire\ProtocolFault;
use Msession\Wire\ReplyLimits;
use Msession\Wire\ReplyParser;
use Msession\Wire\RequestEncoder;
use PHPUnit\Framework\TestCase;

/** The shared vectors of the wire, each whole, byte by byte and split in two at every offset. */
final class VectorsTest extends TestCase
{
    /** @return iterable<string, array{0: array<string, mixed>}> */
    public static function replies(): iterable
    {
        foreach (Vectors::file('replies.json') as $vector) {
            yield $vector['name'] => [$vector];
        }
    }

    /** @return iterable<string, array{0: array<string, mixed>}> */
    public static function hostileReplies(): iterable
    {
        foreach (Vectors::file('hostile-replies.json') as $vector) {
            yield $vector['name'] => [$vector];
        }
    }

    /** @return iterable<string, array{0: array<string, mixed>}> */
    public static function truncatedReplies(): iterable
    {
        foreach (Vectors::file('truncated.json') as $vector) {
            if ($vector['side'] === 'reply') {
                yield $vector['name'] => [$vector];
            }
        }
    }

    /** @return iterable<string, array{0: array<string, mixed>}> */
    public static function requests(): iterable
    {
        foreach (Vectors::file('requests.json') as $vector) {
            if ($vector['isCanonical']) {
                yield $vector['name'] => [$vector];
            }
        }
    }

    /**
     * @dataProvider replies
     * @param array<string, mixed> $vector
     */
    public function testDecodesReplies(array $vector): void
    {
        $expected = array_map([Vectors::class, 'expectation'], $vector['values']);
        foreach ($this->splits(Vectors::bytes($vector['bytes'])) as $pieces) {
            [$values, $fault] = $this->decode($pieces, new ReplyLimits());
            self::assertSame($expected, $values);
            self::assertNull($fault);
        }
    }

    /**
     * @dataProvider hostileReplies
     * @param array<string, mixed> $vector
     */
    public function testRefusesHostileReplies(array $vector): void
    {
        $limits = $vector['limits'] ?? [];
        $replyLimits = new ReplyLimits(
            $limits['maxBulkBytes'] ?? 536870912,
            $limits['maxItems'] ?? 16777216,
            $limits['maxDepth'] ?? 64,
            $limits['maxLineBytes'] ?? 65536
        );
        $expected = array_map([Vectors::class, 'expectation'], $vector['values']);
        foreach ($this->splits(Vectors::bytes($vector['bytes'])) as $pieces) {
            [$values, $fault] = $this->decode($pieces, $replyLimits);
            self::assertSame($expected, $values);
            self::assertInstanceOf(ProtocolFault::class, $fault);
        }
    }

    /**
     * @dataProvider truncatedReplies
     * @param array<string, mixed> $vector
     */
    public function testWaitsForTheRest(array $vector): void
    {
        [$values, $fault] = $this->decode([Vectors::bytes($vector['bytes'])], new ReplyLimits());
        self::assertSame([], $values);
        self::assertNull($fault);
    }

    /**
     * @dataProvider requests
     * @param array<string, mixed> $vector
     */
    public function testEncodesRequests(array $vector): void
    {
        $bytes = '';
        foreach ($vector['requests'] as $words) {
            $bytes .= RequestEncoder::encode(array_map([Vectors::class, 'bytes'], $words));
        }
        self::assertSame(Vectors::bytes($vector['bytes']), $bytes);
    }

    /** @return iterable<list<string>> */
    private function splits(string $bytes): iterable
    {
        yield [$bytes];
        if (\strlen($bytes) > 4096) {
            foreach ([1, 2, 100, 4096, \strlen($bytes) - 2, \strlen($bytes) - 1] as $offset) {
                yield [substr($bytes, 0, $offset), substr($bytes, $offset)];
            }

            return;
        }
        yield str_split($bytes);
        for ($offset = 1; $offset < \strlen($bytes); $offset++) {
            yield [substr($bytes, 0, $offset), substr($bytes, $offset)];
        }
    }

    /**
     * @param list<string> $pieces
     * @return array{0: list<string>, 1: ProtocolFault|null}
     */
    private function decode(array $pieces, ReplyLimits $limits): array
    {
        $parser = new ReplyParser(new PiecewiseSource($pieces), $limits);
        $values = [];
        try {
            while (true) {
                $values[] = Vectors::describe($parser->read());
            }
        } catch (EndOfPieces $end) {
            return [$values, null];
        } catch (ProtocolFault $fault) {
            return [$values, $fault];
        }
    }
}
