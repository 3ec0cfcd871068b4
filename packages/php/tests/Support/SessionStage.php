<?php

declare(strict_types=1);

namespace Msession\Tests\Support;

/**
 * Plays page requests of one visitor in this process and writes down what the page saw: return values, warnings and
 * data. (PHP's command line keeps no headers; cookies are compared through a web server.) Ids are replaced by their order of appearance, since they are random.
 */
final class SessionStage
{
    /** @var list<string> */
    public $seen = [];

    /** @var list<string> the same, ids and all */
    public $raw = [];

    /** @var string|null the visitor's cookie */
    public $cookie;

    /** @var string|null */
    private $nextCookie;

    /** @var array<string, string> */
    private $names = [];

    /** @var array<string, mixed> */
    private $settings;

    /** @param array<string, mixed> $settings session.* settings of this visitor's site */
    public function __construct(array $settings)
    {
        $this->settings = $settings + ['use_strict_mode' => '0', 'lazy_write' => '1'];
    }

    /** One page: a fresh request that sends the cookie, the page itself, and PHP's end of the request. */
    public function page(callable $page): void
    {
        foreach ($this->settings as $name => $value) {
            ini_set('session.' . $name, (string) $value);
        }
        ini_set('session.use_cookies', '1');
        ini_set('session.cache_limiter', '');
        ini_set('session.gc_probability', '0');
        session_id('');
        $_COOKIE = $this->cookie === null ? [] : ['PHPSESSID' => $this->cookie];
        // PHP takes the id from the request's cookie when the request begins; here it must be said
        if ($this->cookie !== null) {
            session_id($this->cookie);
        }
        $_SESSION = [];
        set_error_handler(function (int $level, string $message): bool {
            $this->warn($message);

            return true;
        });
        try {
            $page($this);
            $this->cookie = $this->nextCookie ?? (session_id() === '' ? $this->cookie : (string) session_id());
            $this->nextCookie = null;
            if (session_status() === PHP_SESSION_ACTIVE) {
                session_write_close();
            }
        } finally {
            restore_error_handler();
        }
    }

    /** From the next page on the visitor sends this cookie. */
    public function visitWith(string $cookie): void
    {
        $this->nextCookie = $cookie;
    }

    /** @param mixed $value */
    public function note($value): void
    {
        $this->raw[] = \is_string($value) ? $value : (string) json_encode($value);
        $this->seen[] = $this->withoutIds((string) end($this->raw));
    }

    public function warn(string $message): void
    {
        $this->note('warning: ' . $this->handlerName($message));
    }

    public function nextCookie(): ?string
    {
        return $this->nextCookie;
    }

    public function withoutIds(string $text): string
    {
        return (string) preg_replace_callback('/\b(?:[0-9a-v]{26}|[0-9a-f]{32})\b/', function (array $match): string {
            return $this->names[$match[0]] = $this->names[$match[0]] ?? 'ID' . (\count($this->names) + 1);
        }, $text);
    }

    private function handlerName(string $message): string
    {
        return (string) preg_replace(['/(user|files) \(path: [^)]*\)/', '/ using user defined save handler/'], ['HANDLER', ''], $message);
    }
}
