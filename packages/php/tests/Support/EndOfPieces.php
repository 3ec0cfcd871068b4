<?php

declare(strict_types=1);

namespace Msession\Tests\Support;

final class EndOfPieces extends \Exception
{
}
