<?php

declare(strict_types=1);

namespace Msession\Tests\Unit;

use PHPUnit\Framework\TestCase;

/** All sources load on this PHP without a word, and keep the promises that their form makes. */
final class SourcesTest extends TestCase
{
    /** @return iterable<string, array{0: string}> */
    public static function classes(): iterable
    {
        $root = (string) realpath(__DIR__ . '/../../src');
        foreach (new \RecursiveIteratorIterator(new \RecursiveDirectoryIterator($root, \FilesystemIterator::SKIP_DOTS)) as $file) {
            $name = substr($file->getPathname(), \strlen($root) + 1, -4);
            yield $name => ['Msession\\' . strtr($name, '/', '\\')];
        }
    }

    /** @dataProvider classes */
    public function testLoads(string $class): void
    {
        // the bootstrap's error handler throws what loading would say
        self::assertTrue(class_exists($class) || interface_exists($class) || trait_exists($class));
    }

    public function testEveryFunctionTakesAnyNumberOfUntypedArguments(): void
    {
        $functions = array_filter(get_defined_functions()['user'], static function (string $name): bool {
            return strncmp($name, 'msession_', 9) === 0;
        });
        self::assertCount(29, $functions);
        foreach ($functions as $function) {
            foreach ((new \ReflectionFunction($function))->getParameters() as $parameter) {
                self::assertTrue($parameter->isOptional());
                self::assertFalse($parameter->hasType());
            }
        }
    }
}
