<?php

declare(strict_types=1);

namespace Msession\Tests\Server;

use Msession\SessionHandler;
use Msession\Tests\Support\MemoryHandler;
use Msession\Tests\Support\RecordingHandler;
use Msession\Tests\Support\ServerTestCase;
use Msession\Tests\Support\SessionScenarios;
use Msession\Tests\Support\SessionStage;

/**
 * The same pages on three handlers, run side by side: the order and the arguments of PHP's callbacks equal those of a
 * plain handler object, and what the page sees (data, return values, warnings, cookies) equals PHP's own files handler.
 */
final class OracleTest extends ServerTestCase
{
    /** @return iterable<string, array{0: string, 1: array<string, string>}> */
    public static function cases(): iterable
    {
        foreach (array_keys(SessionScenarios::all()) as $scenario) {
            foreach (['0', '1'] as $strict) {
                foreach (['1', '0'] as $lazy) {
                    yield "$scenario, strict mode $strict, lazy write $lazy" => [$scenario, ['use_strict_mode' => $strict, 'lazy_write' => $lazy]];
                }
            }
        }
    }

    /**
     * @dataProvider cases
     * @param array<string, string> $settings
     */
    public function testEqualsPhpsOwnHandlers(string $scenario, array $settings): void
    {
        $pages = SessionScenarios::all()[$scenario];
        $memory = new RecordingHandler(new MemoryHandler());
        $ours = new RecordingHandler(new SessionHandler(self::server()));

        $ofFiles = $this->play($pages, $settings, null);
        $ofMemory = $this->play($pages, $settings, $memory);
        $ofOurs = $this->play($pages, $settings, $ours);

        self::assertSame($ofFiles->seen, $ofOurs->seen, 'what the pages saw, files against ours');
        self::assertSame(
            $this->calls($memory, $ofMemory),
            $this->calls($ours, $ofOurs),
            'callbacks, a plain handler against ours'
        );
        self::assertSame([], $this->takeWarnings());
    }

    /**
     * @param list<callable(SessionStage): void> $pages
     * @param array<string, string> $settings
     */
    private function play(array $pages, array $settings, ?RecordingHandler $handler): SessionStage
    {
        if ($handler !== null) {
            session_set_save_handler($handler, false);
        } else {
            ini_set('session.save_handler', 'files');
            ini_set('session.save_path', self::directory());
        }
        $stage = new SessionStage($settings);
        foreach ($pages as $page) {
            $stage->page($page);
        }

        return $stage;
    }

    /** @return list<string> */
    private function calls(RecordingHandler $handler, SessionStage $stage): array
    {
        $names = new SessionStage([]);
        $calls = [];
        foreach ($handler->calls as $call) {
            // what a read answers for an id that is being made is dropped by PHP
            $calls[] = $names->withoutIds((string) preg_replace('/^(read\S+ => ).*$/s', '$1DATA', $call));
        }

        return $calls;
    }

    private static function directory(): string
    {
        return sys_get_temp_dir() . '/msession-oracle-' . getmypid();
    }

    public static function setUpBeforeClass(): void
    {
        $directory = self::directory();
        if (!is_dir($directory)) {
            mkdir($directory);
            register_shutdown_function(static function () use ($directory): void {
                array_map('unlink', (array) glob($directory . '/*'));
                rmdir($directory);
            });
        }
    }
}
