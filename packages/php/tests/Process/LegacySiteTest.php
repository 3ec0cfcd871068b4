<?php

declare(strict_types=1);

namespace Msession\Tests\Process;

use Msession\Tests\Support\Browser;
use Msession\Tests\Support\ServerTestCase;
use Msession\Tests\Support\WebServer;

/**
 * The site of 2002 on today's PHP, with nothing but auto_prepend_file and short_open_tag set: what its visitors see,
 * whole pages, under php -S and under nginx with FPM.
 */
final class LegacySiteTest extends ServerTestCase
{
    /** @return iterable<string, array{0: string}> */
    public static function servers(): iterable
    {
        yield 'php -S' => ['builtIn'];
        yield 'FPM' => ['fpm'];
    }

    /** @dataProvider servers */
    public function testVisitorsSeeWhatTheySawThen(string $kind): void
    {
        [$host, $port] = explode(':', (string) preg_replace('~^tcp://~', '', self::server()));
        $ini = ['auto_prepend_file' => (string) realpath(__DIR__ . '/../../legacy.php'), 'short_open_tag' => '1', 'display_errors' => '1', 'error_reporting' => '-1', 'html_errors' => '0'];
        $environment = ['MSESSION_URL' => self::server(), 'MSESSION_HOST' => $host, 'MSESSION_PORT' => $port];
        $root = __DIR__ . '/../../../../examples/legacy-site';
        $server = $kind === 'fpm' ? WebServer::fpm($root, $ini, $environment, 2) : WebServer::builtIn($root, $ini, $environment, 2);
        try {
            $transcript = $this->visit(new Browser($server->url), new Browser($server->url));
        } finally {
            $server->stop();
        }
        self::assertSame(file_get_contents(__DIR__ . '/../transcripts/legacy-site.txt'), $transcript);
    }

    /** Two visitors, so that a mix-up would show. */
    private function visit(Browser $ada, Browser $bob): string
    {
        $ada->cookies['lang'] = 'en';
        $text = '';
        $see = static function (string $who, Browser $browser, string $path, ?array $form = null) use (&$text): void {
            $body = $browser->visit($path, $form);
            $text .= "== $who $path ($browser->status)\n" . rtrim($body) . "\n\n";
        };
        $see('ada', $ada, '/index.php');
        $see('bob', $bob, '/index.php');
        $see('ada', $ada, '/cart.php?book=1');
        $see('ada', $ada, '/login.php', ['name' => 'ada']);
        $see('bob', $bob, '/login.php', ['name' => '<b>']);
        $see('ada', $ada, '/cart.php?book=1');
        $see('ada', $ada, '/cart.php?book=2');
        $see('bob', $bob, '/cart.php');
        $see('ada', $ada, '/index.php');
        $see('ada', $ada, '/logout.php');
        $see('ada', $ada, '/index.php');
        $see('bob', $bob, '/everything.php');

        return $text;
    }
}
