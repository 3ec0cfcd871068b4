<?php

declare(strict_types=1);

namespace Msession\Tests\Support;

/** Asks a web server for pages, one by one with a cookie jar, or many at once. */
final class Browser
{
    /** @var array<string, string> */
    public $cookies = [];

    /** @var list<string> Set-Cookie headers of the last page */
    public $setCookies = [];

    /** @var int */
    public $status = 0;

    /** @var array<string, string> headers of the last page, names in lower case */
    public $headers = [];

    /** @var string|null the cookie a page wants the visitor to send next time */
    public $visitWith;

    /** @var string */
    private $url;

    public function __construct(string $url)
    {
        $this->url = $url;
    }

    /** @param array<string, string>|null $form posted when given */
    public function visit(string $path, ?array $form = null): string
    {
        $handle = self::handle($this->url . $path, $this->cookies);
        if ($form !== null) {
            curl_setopt($handle, CURLOPT_POSTFIELDS, http_build_query($form));
        }
        $this->setCookies = [];
        $this->visitWith = null;
        $this->headers = [];
        curl_setopt($handle, CURLOPT_HEADERFUNCTION, function ($curl, string $line): int {
            if (strpos($line, ':') !== false) {
                [$name, $value] = explode(':', trim($line), 2);
                $this->headers[strtolower($name)] = trim($value);
            }
            $this->visitWith = $this->headers['x-visit-with'] ?? null;
            if (preg_match('/^Set-Cookie: (([^=]+)=([^;\r\n]*).*?)\r?\n$/is', $line, $match) === 1) {
                $this->setCookies[] = $match[1];
                $this->cookies[$match[2]] = $match[3];
            }

            return \strlen($line);
        });
        $body = curl_exec($handle);
        $this->status = (int) curl_getinfo($handle, CURLINFO_HTTP_CODE);

        return (string) $body;
    }

    /**
     * Many requests, some at a time; the answers in the order of the requests.
     *
     * @param list<array{path: string, cookies: array<string, string>}> $requests
     * @return list<array{status: int, body: string}>
     */
    public function visitAll(array $requests, int $atOnce): array
    {
        $multi = curl_multi_init();
        $answers = [];
        $indexes = [];
        $next = 0;
        do {
            for (; $next < \count($requests) && \count($indexes) < $atOnce; $next++) {
                $handle = self::handle($this->url . $requests[$next]['path'], $requests[$next]['cookies']);
                $indexes[self::key($handle)] = [$next, $handle];
                curl_multi_add_handle($multi, $handle);
            }
            curl_multi_exec($multi, $running);
            curl_multi_select($multi, 1.0);
            while (($done = curl_multi_info_read($multi)) !== false) {
                [$index, $handle] = $indexes[self::key($done['handle'])];
                $answers[$index] = [
                    'status' => (int) curl_getinfo($handle, CURLINFO_HTTP_CODE),
                    'body' => (string) curl_multi_getcontent($handle),
                ];
                curl_multi_remove_handle($multi, $handle);
                unset($indexes[self::key($done['handle'])]);
            }
        } while ($indexes !== [] || $next < \count($requests));
        ksort($answers);

        return array_values($answers);
    }

    /** @param mixed $handle */
    private static function key($handle): int
    {
        return \is_object($handle) ? spl_object_id($handle) : (int) $handle;
    }

    /**
     * @param array<string, string> $cookies
     * @return mixed
     */
    private static function handle(string $url, array $cookies)
    {
        $handle = curl_init($url);
        $pairs = [];
        foreach ($cookies as $name => $value) {
            $pairs[] = "$name=$value";
        }
        curl_setopt_array($handle, [
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_COOKIE => implode('; ', $pairs),
            CURLOPT_TIMEOUT => 60,
            CURLOPT_FRESH_CONNECT => true,
            CURLOPT_FORBID_REUSE => true,
            CURLOPT_USERAGENT => 'tests/1.0',
        ]);

        return $handle;
    }
}
