<?php

declare(strict_types=1);

namespace Msession\Tests\Support;

use Msession\Client;
use Msession\Functions\Connector;
use PHPUnit\Framework\TestCase;

/** Tests against the running server that MSESSION_TEST_URL names. Each uses ids of its own, so none clears the server. */
abstract class ServerTestCase extends TestCase
{
    /** @var Client */
    protected $client;

    /** @var list<string> warnings, notices and deprecations since the test began */
    protected $warnings = [];

    protected function setUp(): void
    {
        $this->client = new Client(self::server());
        Connector::forget();
        $this->warnings = [];
        set_error_handler(function (int $level, string $message, string $file): bool {
            // frameworks of another age than this PHP are not what is tested
            if (strpos($file, \dirname(__DIR__, 2)) === 0) {
                $this->warnings[] = $message;
            }

            return true;
        });
    }

    protected function tearDown(): void
    {
        restore_error_handler();
        $this->client->close();
    }

    protected static function server(): string
    {
        $url = getenv('MSESSION_TEST_URL');
        if ($url === false || $url === '') {
            self::fail('MSESSION_TEST_URL names no server; run the tests by npm test, or set it to tcp://HOST:PORT');
        }

        return $url;
    }

    protected static function newId(): string
    {
        return 't' . bin2hex(random_bytes(12));
    }

    /** The warnings since the last call, with this machine's paths and lines taken out. */
    protected function takeWarnings(): array
    {
        $warnings = preg_replace('~ in \S+:\d+~', ' in FILE:LINE', $this->warnings);
        $this->warnings = [];

        return $warnings;
    }
}
