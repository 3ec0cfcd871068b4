<?php

declare(strict_types=1);

namespace Msession\Tests\Process;

use Msession\Tests\Support\Browser;
use Msession\Tests\Support\ServerTestCase;
use Msession\Tests\Support\WebServer;

/**
 * A thousand requests through four FPM workers on persistent connections, every twentieth of which breaks off in the
 * worst place: nobody sees another's session, no lock stays held, and every counter is exact.
 */
final class ChaosTest extends ServerTestCase
{
    private const VISITORS = 8;

    private const WAYS = ['throw in start', 'exit', 'kill', 'throw in functions'];

    public function testNobodySeesAnothersSession(): void
    {
        $server = WebServer::fpm(__DIR__ . '/../pages', ['display_errors' => '1'], ['MSESSION_URL' => self::server()], 4);
        $ids = [];
        for ($i = 0; $i < self::VISITORS; $i++) {
            $ids[] = self::newId();
        }
        $requests = [];
        $expected = array_fill(0, self::VISITORS, []);
        $breaks = [];
        for ($i = 0; $i < 1000; $i++) {
            $visitor = ($i * 7) % self::VISITORS;
            $how = $i % 20 === 19 ? self::WAYS[(int) ($i / 20) % 4] : '';
            $breaks[] = $how;
            if ($how === '') {
                $expected[$visitor][] = "visitor$visitor " . (\count($expected[$visitor]) + 1);
            }
            $requests[] = [
                'path' => '/chaos.php?owner=visitor' . $visitor . '&how=' . rawurlencode($how),
                'cookies' => ['PHPSESSID' => $ids[$visitor]],
            ];
        }
        try {
            $answers = (new Browser($server->url))->visitAll($requests, 12);
            $log = $server->log();
        } finally {
            $server->stop();
        }
        $seen = array_fill(0, self::VISITORS, []);
        foreach ($answers as $i => $answer) {
            self::assertStringNotContainsString('the session of', $answer['body']);
            if ($breaks[$i] === '') {
                self::assertSame(200, $answer['status'], $answer['body'] . $log);
                $seen[($i * 7) % self::VISITORS][] = $answer['body'];
            } else {
                self::assertDoesNotMatchRegularExpression('/^visitor\d+ \d+$/D', $answer['body'], 'a request that should have broken off did not');
            }
        }
        foreach ($expected as $visitor => $bodies) {
            self::assertEqualsCanonicalizing($bodies, $seen[$visitor]);
            $session = unserialize((string) $this->client->dataGet($ids[$visitor]));
            self::assertSame(['owner' => "visitor$visitor", 'n' => \count($bodies)], $session);
            self::assertSame([], $this->client->locks($ids[$visitor]));
        }
    }
}
