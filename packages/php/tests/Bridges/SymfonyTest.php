<?php

declare(strict_types=1);

namespace Msession\Tests\Bridges;

use Msession\SessionHandler;
use Msession\Symfony\HandlerFactory;
use Msession\Symfony\MsessionBundle;
use Msession\Tests\Support\ServerTestCase;
use Symfony\Component\DependencyInjection\ContainerBuilder;
use Symfony\Component\DependencyInjection\Definition;
use Symfony\Component\HttpFoundation\Session\Session;
use Symfony\Component\HttpFoundation\Session\Storage\Handler\SessionHandlerFactory;
use Symfony\Component\HttpFoundation\Session\Storage\Handler\StrictSessionHandler;
use Symfony\Component\HttpFoundation\Session\Storage\NativeSessionStorage;

require_once 'Symfony/Component/HttpFoundation/autoload.php';
require_once 'Symfony/Component/DependencyInjection/autoload.php';
require_once 'Symfony/Component/HttpKernel/autoload.php';

/** The handler in Symfony's own session storage, and the bundle in its container. */
final class SymfonyTest extends ServerTestCase
{
    public function testTheBundleGivesTheHandlerThatTheAddressNames(): void
    {
        $container = new ContainerBuilder();
        $container->setDefinition('session.abstract_handler', (new Definition(\SessionHandlerInterface::class))
            ->setFactory([SessionHandlerFactory::class, 'createHandler'])
            ->setArguments([str_replace('tcp://', 'msession://', self::server()) . '?wait=5'])
            ->setPublic(true));
        (new MsessionBundle())->build($container);
        $container->compile();
        self::assertInstanceOf(SessionHandler::class, $container->get('session.abstract_handler'));
    }

    public function testOtherAddressesAreSymfonysOwn(): void
    {
        self::assertInstanceOf(StrictSessionHandler::class, HandlerFactory::createHandler('file://'));
    }

    public function testStoresSessionsThroughSymfonysProxy(): void
    {
        $session = $this->session();
        $session->start();
        $session->set('user', 7);
        $id = $session->getId();
        self::assertNotSame([], $this->client->locks($id));
        $session->save();
        self::assertSame([], $this->client->locks($id));
        self::assertSame('7', $this->client->get($id, '_sf2_attributes.user'));

        $session = $this->session();
        $session->setId($id);
        $session->start();
        self::assertSame(7, $session->get('user'));
        $this->client->set($id, 'variable', 'stays');
        $session->migrate(true);
        $new = $session->getId();
        $session->save();
        self::assertFalse($this->client->exists($id));
        self::assertSame('stays', $this->client->get($new, 'variable'));

        $session = $this->session();
        $session->setId($new);
        $session->start();
        $session->invalidate();
        $session->save();
        self::assertFalse($this->client->exists($new));
    }

    private function session(): Session
    {
        session_id('');
        $handler = HandlerFactory::createHandler(str_replace('tcp://', 'msession://', self::server()) . '?index=_sf2_attributes.user');

        return new Session(new NativeSessionStorage(['use_cookies' => 0, 'cache_limiter' => '', 'use_strict_mode' => 1], $handler));
    }
}
