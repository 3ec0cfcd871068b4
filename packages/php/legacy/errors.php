<?php

// Drops what PHP 4 never said and PHP 8 warns of: reading a missing array key or variable, or an offset of null. All
// else goes to the handler that was there before, or to PHP. Code below vendor/ keeps its warnings.

declare(strict_types=1);

Msession\Legacy\ErrorFilter::install();
