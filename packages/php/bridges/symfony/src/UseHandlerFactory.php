<?php

declare(strict_types=1);

namespace Msession\Symfony;

use Symfony\Component\DependencyInjection\Compiler\CompilerPassInterface;
use Symfony\Component\DependencyInjection\ContainerBuilder;

/** Puts our factory in place of Symfony's, which knows a closed list of schemes; all others are still its own. */
final class UseHandlerFactory implements CompilerPassInterface
{
    public function process(ContainerBuilder $container): void
    {
        if ($container->hasDefinition('session.abstract_handler')) {
            $container->getDefinition('session.abstract_handler')
                ->setClass(\SessionHandlerInterface::class)
                ->setFactory([HandlerFactory::class, 'createHandler']);
        }
    }
}
