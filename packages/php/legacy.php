<?php

// For auto_prepend_file of sites written for PHP 4: prepend.php, and what such pages need that PHP has since dropped.
// MSESSION_LEGACY names the parts to load, separated by commas; without it all are loaded. The parts, each a file in
// legacy/ that can be required by itself:
//   variables     $HTTP_GET_VARS and its kin
//   session       session_register() and its kin
//   each          each()
//   ereg          ereg(), split() and their kin
//   magic-quotes  get_magic_quotes_gpc() and its kin
//   barewords     constants for words written without quotes (MSESSION_BAREWORDS, default "globals")
//   errors        drops the warnings about missing array keys and variables, and only those

declare(strict_types=1);

require_once __DIR__ . '/prepend.php';

foreach (explode(',', Msession\ServerLocator::setting('MSESSION_LEGACY') ?? 'variables,session,each,ereg,magic-quotes,barewords,errors') as $msessionPart) {
    if (preg_match('/^[a-z-]+$/D', $msessionPart = trim($msessionPart)) === 1 && is_file(__DIR__ . "/legacy/$msessionPart.php")) {
        require_once __DIR__ . "/legacy/$msessionPart.php";
    } else {
        trigger_error(sprintf('msession: MSESSION_LEGACY names "%s", and there is no such part of the prelude', $msessionPart), E_USER_WARNING);
    }
}
unset($msessionPart);
