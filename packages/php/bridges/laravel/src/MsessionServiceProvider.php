<?php

declare(strict_types=1);

namespace Msession\Laravel;

use Illuminate\Session\SessionManager;
use Illuminate\Support\ServiceProvider;
use Msession\SessionHandler;

/** Gives Laravel the session driver `msession`. */
final class MsessionServiceProvider extends ServiceProvider
{
    /** @var list<\WeakReference<SessionHandler>> */
    private $handlers = [];

    public function boot(): void
    {
        $this->callAfterResolving('session', function (SessionManager $manager): void {
            $manager->extend('msession', function ($app): SessionHandler {
                return $this->handler($app->make('config'));
            });
        });
        if (method_exists($this->app, 'terminating')) {
            // a worker that lives on (Octane) must not keep a lock that a failed request did not write
            $this->app->terminating(function (): void {
                $this->releaseLocks();
            });
        }
    }

    /** Frees the locks of sessions that were read and not saved. */
    public function releaseLocks(): void
    {
        foreach ($this->handlers as $reference) {
            $handler = $reference->get();
            if ($handler !== null) {
                $handler->close();
            }
        }
        $this->handlers = array_values(array_filter($this->handlers, static function (\WeakReference $reference): bool {
            return $reference->get() !== null;
        }));
    }

    /** @param \Illuminate\Contracts\Config\Repository $config */
    private function handler($config): SessionHandler
    {
        $options = (array) $config->get('session.msession', []);
        $server = $options['server'] ?? null;
        unset($options['server']);
        // Laravel takes a failed read for an empty session and would save that, so failures are exceptions
        $handler = new SessionHandler($server, $options + [
            'ttl' => 60 * (int) $config->get('session.lifetime', 120),
            'throw' => true,
        ]);
        $this->handlers[] = \WeakReference::create($handler);

        return $handler;
    }
}
