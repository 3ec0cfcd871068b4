<?php

declare(strict_types=1);

namespace Msession\Tests\Bridges;

use Illuminate\Container\Container;
use Illuminate\Session\SessionManager;
use Illuminate\Session\Store;
use Msession\Exception\SessionException;
use Msession\Laravel\MsessionServiceProvider;
use Msession\Tests\Support\ServerTestCase;
use Msession\Tests\Support\StubConfig;

require_once 'Illuminate/Session/autoload.php';
require_once 'Illuminate/Container/autoload.php';

/** The driver in Laravel's own session manager and store. */
final class LaravelTest extends ServerTestCase
{
    public function testStoresSessions(): void
    {
        $id = $this->id();
        $store = $this->store($id);
        $store->start();
        $store->put('cart', ['book' => 2]);
        $store->flash('note', 'once');
        $store->save();
        self::assertSame(7200, $this->client->timeout($id));
        self::assertSame(0, $this->client->ctl($id, 'LOCK'));

        $store = $this->store($id);
        $store->start();
        self::assertSame([['book' => 2], 'once'], [$store->get('cart'), $store->get('note')]);
        $store->save();
    }

    public function testMigratesAndInvalidates(): void
    {
        $id = $this->id();
        $store = $this->store($id);
        $store->start();
        $store->put('n', 1);
        $store->save();
        $store->start();
        $store->regenerate(true);
        $store->save();
        self::assertFalse($this->client->exists($id));
        self::assertTrue($this->client->exists($store->getId()));
        self::assertSame(1, $this->store($store->getId())->getHandler() !== null ? unserialize((string) $this->client->dataGet($store->getId()))['n'] : 0);
    }

    public function testASessionThatIsLockedIsAnExceptionNotAnEmptySession(): void
    {
        $id = $this->id();
        $first = $this->store($id);
        $first->start();
        $first->put('n', 1);
        $first->save();
        $first->start();
        try {
            $this->store($id, ['wait' => 0.01])->start();
            self::fail('a locked session was read');
        } catch (SessionException $locked) {
            self::assertSame('LOCKED', $locked->errorCode());
        }
        $first->save();
    }

    public function testALockOfARequestThatNeverSavedIsFreedAtItsEnd(): void
    {
        $id = $this->id();
        $this->client->create($id);
        $provider = $this->provider([]);
        $store = $this->manager($provider)->driver('msession');
        $store->setId($id);
        $store->start();
        self::assertNotSame(0, $this->client->ctl($id, 'LOCK'));
        $provider->releaseLocks();
        self::assertSame(0, $this->client->ctl($id, 'LOCK'));
    }

    private function id(): string
    {
        return bin2hex(random_bytes(20));
    }

    /** @param array<string, mixed> $options */
    private function store(string $id, array $options = []): Store
    {
        $store = $this->manager($this->provider($options))->driver('msession');
        $store->setId($id);

        return $store;
    }

    /** @param array<string, mixed> $options */
    private function provider(array $options): MsessionServiceProvider
    {
        $container = new Container();
        $container->instance('config', new StubConfig([
            'session.lifetime' => 120,
            'session.cookie' => 'laravel_session',
            'session.msession' => ['server' => self::server()] + $options,
        ]));
        $container->singleton('session', static function ($app): SessionManager {
            return new SessionManager($app);
        });

        return new MsessionServiceProvider($container);
    }

    private function manager(MsessionServiceProvider $provider): SessionManager
    {
        $provider->boot();
        $container = (function () {
            return $this->app;
        })->call($provider);

        return $container->make('session');
    }
}
