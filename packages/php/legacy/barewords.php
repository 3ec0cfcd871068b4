<?php

// Words without quotes were strings of themselves: `msession_inc(globals, "counter")`. Each word that MSESSION_BAREWORDS
// lists (default: globals) becomes a constant of that value.

declare(strict_types=1);

foreach (preg_split('/[\s,]+/', Msession\ServerLocator::setting('MSESSION_BAREWORDS') ?? 'globals', -1, PREG_SPLIT_NO_EMPTY) as $msessionWord) {
    if (preg_match('/^[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*$/D', $msessionWord) === 1 && !defined($msessionWord)) {
        define($msessionWord, $msessionWord);
    }
}
unset($msessionWord);
