<?php

declare(strict_types=1);

namespace Msession\Tests\Process;

use Msession\Tests\Support\Browser;
use Msession\Tests\Support\ServerTestCase;
use Msession\Tests\Support\WebServer;

/** The handler by configuration alone, and what it says to a visitor who must wait too long. */
final class PrependTest extends ServerTestCase
{
    private const PAGES = __DIR__ . '/../pages';

    public function testAPageThatKnowsNothingOfUs(): void
    {
        $ini = ['auto_prepend_file' => (string) realpath(__DIR__ . '/../../prepend.php'), 'session.save_path' => self::server() . '?persistent=1&index[]=n', 'session.use_strict_mode' => '1'];
        foreach (['builtIn', 'fpm'] as $kind) {
            $server = $kind === 'fpm' ? WebServer::fpm(self::PAGES, $ini, [], 2) : WebServer::builtIn(self::PAGES, $ini, [], 2);
            try {
                $browser = new Browser($server->url);
                self::assertSame(['1', '2', '3'], [$browser->visit('/plain.php'), $browser->visit('/plain.php'), $browser->visit('/plain.php')]);
                $id = $browser->cookies['PHPSESSID'];
                self::assertSame(['n|i:3;', '3'], [$this->client->dataGet($id), $this->client->get($id, 'n')]);
            } finally {
                $server->stop();
            }
        }
    }

    public function testASessionThatStartedByItselfIsPointedOut(): void
    {
        $ini = ['auto_prepend_file' => (string) realpath(__DIR__ . '/../../prepend.php'), 'session.auto_start' => '1', 'display_errors' => '1', 'html_errors' => '0', 'session.save_path' => sys_get_temp_dir()];
        $server = WebServer::builtIn(self::PAGES, $ini, [], 1);
        try {
            $browser = new Browser($server->url);
            $body = $browser->visit('/bare-session.php');
            self::assertSame(1, substr_count($body, 'session.auto_start has started a session'));
            unlink(sys_get_temp_dir() . '/sess_' . $browser->cookies['PHPSESSID']);
        } finally {
            $server->stop();
        }
    }

    public function testBusyIsA503ThatSaysWhenToComeBack(): void
    {
        $id = self::newId();
        $this->client->create($id);
        $key = $this->client->lock($id);
        $server = WebServer::builtIn(self::PAGES, [], ['MSESSION_URL' => self::server()], 2);
        try {
            $browser = new Browser($server->url);
            $browser->cookies['PHPSESSID'] = $id;
            $browser->visit('/counter.php?busy=1&wait=0.05');
            self::assertSame([503, '1'], [$browser->status, $browser->headers['retry-after'] ?? null]);
            $this->client->unlock($id, $key);
            self::assertSame('1', $browser->visit('/counter.php?busy=1'));
        } finally {
            $server->stop();
        }
    }
}
