<?php

declare(strict_types=1);

namespace Msession\Tests\Server;

use Msession\SessionHandler;
use Msession\Tests\Support\ServerTestCase;

/** session_register() and its kin over real sessions. */
final class RegisteredVariablesTest extends ServerTestCase
{
    protected function setUp(): void
    {
        parent::setUp();
        require_once __DIR__ . '/../../legacy/session.php';
        require_once __DIR__ . '/../../legacy/variables.php';
        ini_set('session.use_cookies', '0');
        ini_set('session.cache_limiter', '');
        ini_set('session.use_strict_mode', '0');
        SessionHandler::register(self::server());
        $_COOKIE = [];
    }

    protected function tearDown(): void
    {
        if (session_status() === PHP_SESSION_ACTIVE) {
            session_abort();
        }
        unset($GLOBALS['cart'], $GLOBALS['user'], $GLOBALS['other']);
        parent::tearDown();
    }

    public function testAGlobalAndItsSessionValueAreOne(): void
    {
        $id = self::newId();
        session_id($id);
        $GLOBALS['user'] = 'ada';
        self::assertFalse(session_is_registered('user'));
        // starts the session itself
        self::assertTrue(session_register('user', ['cart', ['other']]));
        self::assertTrue(session_is_registered('user'));
        self::assertTrue(session_is_registered('other'));
        $GLOBALS['cart'] = [1];
        $_SESSION['cart'][] = 2;
        self::assertSame([1, 2], $GLOBALS['cart']);
        self::assertSame('ada', $GLOBALS['HTTP_SESSION_VARS']['user']);
        session_write_close();
        self::assertSame('user|s:3:"ada";cart|a:2:{i:0;i:1;i:1;i:2;}other|N;', $this->client->dataGet($id));
    }

    public function testTheSessionsValueWinsOverTheGlobals(): void
    {
        $id = self::newId();
        $this->client->dataSet($id, 'user|s:3:"ada";cart|i:7;');
        session_id($id);
        $GLOBALS['user'] = 'forged';
        session_register('user');
        self::assertSame('ada', $GLOBALS['user']);
        self::assertTrue(session_unregister('user'));
        self::assertFalse(session_is_registered('user'));
        self::assertSame('ada', $GLOBALS['user']);
        session_write_close();
        self::assertSame('cart|i:7;', $this->client->dataGet($id));
    }

    public function testNamesThatWouldOverwritePhpsOwnAreRefused(): void
    {
        session_id(self::newId());
        foreach (['GLOBALS', '_SERVER', '_SESSION', 'HTTP_POST_VARS', 'this', ''] as $name) {
            self::assertFalse(session_register($name), $name);
        }
    }
}
