<?php

// A peer that misbehaves: listens on a free port, prints it, and plays the part named by its argument to everybody who
// connects, one at a time.

$server = stream_socket_server('tcp://127.0.0.1:0');
$hello = "%1\r\n+proto\r\n:3\r\n";
$parts = [
    'silent' => [],
    'closes at once' => [null],
    'half a reply' => [$hello . "*2\r\n:1764000000000001\r\n\$100\r\nhalf", null],
    'half a reply, then silence' => [$hello . "*2\r\n:1764000000000001\r\n\$100\r\nhalf"],
    'garbage' => ["\x15\x03\x01\x00\x02\x02\x46 not RESP at all\r\n"],
    'HTTP' => ["HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"],
    'a value over the limit' => [$hello . "*2\r\n:1764000000000001\r\n\$999999999\r\n"],
    'endless line' => [$hello . '+' . str_repeat('x', 70000)],
    'wrong type' => [$hello . "*1\r\n*0\r\n"],
    'answers once' => [$hello . "\$-1\r\n"],
    'denied' => ["-DENIED not from there\r\n", null],
];
$part = $parts[$argv[1]];
echo substr(strrchr(stream_socket_get_name($server, false), ':'), 1), "\n";
fflush(STDOUT);
$kept = [];
while (($client = stream_socket_accept($server, 60)) !== false) {
    $read = [$client];
    $none = null;
    stream_select($read, $none, $none, 5);
    fread($client, 65536);
    foreach ($part as $bytes) {
        if ($bytes === null) {
            fclose($client);
            continue 2;
        }
        fwrite($client, $bytes);
    }
    $kept[] = $client;
}
