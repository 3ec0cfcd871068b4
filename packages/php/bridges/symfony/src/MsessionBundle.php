<?php

declare(strict_types=1);

namespace Msession\Symfony;

use Symfony\Component\DependencyInjection\ContainerBuilder;
use Symfony\Component\HttpKernel\Bundle\Bundle;

/** Lets `framework.session.handler_id` be an `msession://` address. */
final class MsessionBundle extends Bundle
{
    public function build(ContainerBuilder $container): void
    {
        parent::build($container);
        $container->addCompilerPass(new UseHandlerFactory());
    }
}
