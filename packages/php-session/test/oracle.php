<?php
// What real PHP says, for many values in one process. Frames (length as 4 bytes, then that many) come in on standard
// input, and one frame goes out for each; the first argument says what is asked.
declare(strict_types=1);
error_reporting(E_ALL & ~E_DEPRECATED);

enum Suit: string { case Hearts = 'H'; case Spades = 'S'; }
enum Plain { case One; case Two; }
#[AllowDynamicProperties]
class Account { public $name = 'x'; protected $roles = []; private $secret = 1.5; public $more; }
class Child extends Account { private $secret = 'mine'; }
class Modern {
    public function __construct(private array $state) {}
    public function __serialize(): array { return $this->state; }
    public function __unserialize(array $state): void { $this->state = $state; }
}
class Old implements Serializable {
    private $text = '';
    public function __construct(string $text = '') { $this->text = $text; }
    public function serialize() { return $this->text; }
    public function unserialize($text) { $this->text = $text; }
}
class Sleeper { public $kept = 1; public $left = 2; private $own = 3; public function __sleep() { return ['kept', 'own']; } }

function frames(): Generator {
    while (($head = fread(STDIN, 4)) !== '' && $head !== false) {
        $length = unpack('N', $head)[1];
        $body = '';
        while (strlen($body) < $length) $body .= fread(STDIN, $length - strlen($body));
        yield $body;
    }
}

function answer(string $body): void { fwrite(STDOUT, pack('N', strlen($body)) . $body); }

/** A value without parts, from its description (see describe.ts). */
function leaf(array $d, array $objects): mixed {
    return match ($d[0]) {
        'null' => null,
        'bool' => $d[1],
        'int' => (int) $d[1],
        'float' => unpack('E', hex2bin($d[1]))[1],
        'string' => base64_decode($d[1]),
        'enum' => constant("$d[1]::$d[2]"),
        'old' => new Old(base64_decode($d[1])),
        'again' => $objects[$d[1]],
    };
}

/** Builds a described value where it belongs, so that references bind the slot itself. */
function place(array|object &$holder, int|string $key, array $d, array &$references, array &$objects): void {
    $isObject = is_object($holder);
    if ($d[0] === 'bound') {
        if ($isObject) $holder->{$key} = &$references[$d[1]]; else $holder[$key] = &$references[$d[1]];
        return;
    }
    if ($d[0] === 'reference') {
        place($holder, $key, $d[2], $references, $objects);
        if ($isObject) $references[$d[1]] = &$holder->{$key}; else $references[$d[1]] = &$holder[$key];
        return;
    }
    if ($d[0] === 'array') {
        if ($isObject) $holder->{$key} = []; else $holder[$key] = [];
        foreach ($d[1] as [$name, $value]) {
            $k = $name[0] === 'int' ? (int) $name[1] : base64_decode($name[1]);
            if ($isObject) place($holder->{$key}, $k, $value, $references, $objects);
            else place($holder[$key], $k, $value, $references, $objects);
        }
        return;
    }
    if ($d[0] === 'object') {
        $object = new stdClass();
        $objects[$d[1]] = $object;
        if ($isObject) $holder->{$key} = $object; else $holder[$key] = $object;
        foreach ($d[2] as [$name, $value]) place($object, base64_decode($name[1]), $value, $references, $objects);
        return;
    }
    if ($isObject) $holder->{$key} = leaf($d, $objects); else $holder[$key] = leaf($d, $objects);
}

function randomText(): string {
    static $texts = ['', 'a', 'user', 'Grüße', '日本語', "\0", "\xff\xfe", '5', '-5', '05', '007', '9223372036854775807',
        '9223372036854775808', '-9223372036854775808', '__proto__', 'constructor', 'a|b', '";}', "\u{FEFF}bom", '🙂'];
    return mt_rand(0, 3) === 0 ? random(mt_rand(0, 40)) : $texts[array_rand($texts)];
}

function random(int $length): string {
    $text = '';
    for ($i = 0; $i < $length; $i++) $text .= chr(mt_rand(0, 255));
    return $text;
}

function randomFloat(): float {
    $bits = unpack('E', pack('NN', mt_rand(0, 0xffffffff) & 0xffffffff, mt_rand(0, 0x7fffffff)))[1];
    return match (mt_rand(0, 5)) {
        0 => (float) mt_rand(-1000, 1000), 1 => mt_rand(-100000, 100000) / 1000, 2 => [INF, -INF, NAN, -0.0][mt_rand(0, 3)],
        3 => 10.0 ** mt_rand(-30, 30), 4 => mt_rand(1, 9999) * 10.0 ** mt_rand(-12, 22), default => $bits,
    };
}

/** A value of any kind that PHP can put into a session, with objects and references shared at random. */
function randomValue(int $depth, array &$pool): mixed {
    switch (mt_rand(0, $depth > 0 ? 17 : 8)) {
        case 0: return null;
        case 1: return (bool) mt_rand(0, 1);
        case 2: return mt_rand(-1000, 1000);
        case 3: return [PHP_INT_MAX, PHP_INT_MIN, 2 ** 53, 2 ** 53 - 1, -(2 ** 53) + 1, -(2 ** 53)][mt_rand(0, 5)];
        case 4: case 5: return randomText();
        case 6: return randomFloat();
        case 7: return [Suit::Hearts, Suit::Spades, Plain::One, Plain::Two][mt_rand(0, 3)];
        case 8: return new Old(randomText());
        case 9: case 10: case 11: case 12:
            $array = [];
            $isList = mt_rand(0, 2) === 0;
            for ($i = mt_rand(0, 6); $i > 0; $i--) {
                $key = $isList ? count($array) : (mt_rand(0, 1) ? randomText() : mt_rand(-20, 20));
                $array[$key] = randomValue($depth - 1, $pool);
                if (mt_rand(0, 5) === 0) $pool['references'][] = &$array[$key];
                elseif (mt_rand(0, 5) === 0 && ($pool['references'] ?? []) !== []) {
                    $array[$key] = &$pool['references'][array_rand($pool['references'])];
                }
            }
            return $array;
        case 13:
            $object = $pool['objects'][] = new stdClass();
            for ($i = mt_rand(0, 4); $i > 0; $i--) $object->{'p' . bin2hex(random(2))} = randomValue($depth - 1, $pool);
            if (mt_rand(0, 3) === 0) $object->self = $object;
            return $object;
        case 14:
            $object = $pool['objects'][] = mt_rand(0, 1) ? new Account() : new Child();
            $object->more = randomValue($depth - 1, $pool);
            return $object;
        case 15: return new Modern([7 => randomValue($depth - 1, $pool), randomText() => randomValue($depth - 1, $pool)]);
        case 16:
            return [fn () => new ArrayObject([1, 'a' => randomValue($depth - 1, $pool)]), fn () => new DateTime('2026-01-02 03:04:05 UTC'),
                fn () => new Sleeper(), fn () => new SplObjectStorage()][mt_rand(0, 3)]();
        default: return ($pool['objects'] ?? []) === [] ? 0 : $pool['objects'][array_rand($pool['objects'])];
    }
}

[, $task] = $argv;
ini_set('session.use_cookies', '0');
ini_set('session.cache_limiter', '');
ini_set('session.save_path', sys_get_temp_dir());

if ($task === 'serialize' || $task === 'serialize17') {
    if ($task === 'serialize17') ini_set('serialize_precision', '17');
    foreach (frames() as $frame) {
        $references = $objects = [];
        $holder = [];
        place($holder, 'value', json_decode($frame, true, 2048, JSON_THROW_ON_ERROR), $references, $objects);
        $references = [];
        answer(serialize($holder['value']));
    }
} elseif ($task === 'again') {
    // unserialize with and without the classes, and serialize what came out
    foreach (frames() as $frame) {
        $value = @unserialize($frame, ['allowed_classes' => false]);
        answer($value === false && $frame !== 'b:0;' ? 'REFUSED' : serialize($value));
    }
} elseif ($task === 'generate') {
    mt_srand((int) $argv[2]);
    for ($i = (int) $argv[3]; $i > 0; $i--) {
        $pool = [];
        $value = randomValue(4, $pool);
        answer(serialize($value));
    }
} elseif ($task === 'encode' || $task === 'decode' || $task === 'generate-session') {
    ini_set('session.serialize_handler', $argv[2]);
    $isWanted = fn (string $name) => $argv[2] === 'php_serialize'
        || ($argv[2] === 'php' ? !str_contains($name, '|') : strlen($name) <= 127);
    session_start();
    if ($task === 'generate-session') {
        mt_srand((int) $argv[3]);
        for ($i = (int) $argv[4]; $i > 0; $i--) {
            $_SESSION = [];
            $pool = [];
            for ($n = mt_rand(0, 5); $n > 0; $n--) {
                $name = mt_rand(0, 4) ? 'v' . bin2hex(random(2)) : 'n' . randomText();
                if ($isWanted($name)) $_SESSION[$name] = randomValue(3, $pool);
                if (mt_rand(0, 3) === 0 && isset($_SESSION[$name])) $_SESSION["bound$n"] = &$_SESSION[$name];
            }
            answer((string) session_encode());
        }
    } else {
        foreach (frames() as $frame) {
            $_SESSION = [];
            if ($task === 'encode') {
                $references = $objects = [];
                foreach (json_decode($frame, true, 2048, JSON_THROW_ON_ERROR) as [$name, $value])
                    place($_SESSION, base64_decode($name[1]), $value, $references, $objects);
                $references = [];
                answer((string) session_encode());
            } else {
                answer(@session_decode($frame) ? (string) session_encode() : 'REFUSED');
                if (session_status() !== PHP_SESSION_ACTIVE) session_start();
            }
        }
    }
    session_destroy();
}
