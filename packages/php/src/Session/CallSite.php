<?php

declare(strict_types=1);

namespace Msession\Session;

/**
 * Which session function PHP is running while it calls the handler. PHP tells a handler neither that a session is
 * opened with read_and_close nor that destroy is the first half of session_regenerate_id(); the call stack does.
 */
final class CallSite
{
    /** Decorating handlers put frames between PHP and us. */
    private const FRAMES = 17;

    /** @var bool in session_regenerate_id() */
    public $isRegenerate = false;

    /** @var bool in session_start() */
    public $isStart = false;

    /** @var bool in session_start(['read_and_close' => true]) */
    public $isReadAndClose = false;

    /** One look at the stack; each costs as much as encoding a request. */
    public static function current(): self
    {
        $site = new self();
        foreach (debug_backtrace(0, self::FRAMES) as $frame) {
            if (isset($frame['class'])) {
                continue;
            }
            if ($frame['function'] === 'session_start') {
                $site->isStart = true;
                $site->isReadAndClose = !empty($frame['args'][0]['read_and_close']);
                break;
            }
            if ($frame['function'] === 'session_regenerate_id') {
                $site->isRegenerate = true;
                break;
            }
        }

        return $site;
    }
}
