// Plugins from ES modules named in the configuration: a path (from the configuration's folder) or a package's name.
import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkPlugin, type Plugin, PluginFault } from './define-plugin.js';

/**
 * Imports modules and takes each one's `plugin` or default export.
 * @param specifiers paths beginning with `.` or `/`, `file:` URLs, or names of installed packages
 * @param baseDirectory where relative paths start and packages are looked for
 * @throws PluginFault naming the specifier: no such module, it fails to load, its export is no plugin, or two plugins
 *   offer the same name, function or escape
 */
export async function loadPlugins(specifiers: readonly string[], baseDirectory: string): Promise<readonly Plugin[]> {
  const plugins: Plugin[] = [];
  for (const specifier of specifiers) plugins.push(await loadPlugin(specifier, baseDirectory));
  checkTogether(plugins);
  return plugins;
}

async function loadPlugin(specifier: string, baseDirectory: string): Promise<Plugin> {
  const source = `plugin module '${specifier}'`;
  const url = await locate(specifier, baseDirectory, source);
  let module: Record<string, unknown>;
  try {
    module = (await import(url)) as Record<string, unknown>;
  } catch (error) {
    throw new PluginFault(`${source} failed to load: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  const value = module.plugin ?? module.default;
  if (value === undefined) throw new PluginFault(`${source} exports neither 'plugin' nor a default`);
  return checkPlugin(value, source);
}

async function locate(specifier: string, baseDirectory: string, source: string): Promise<string> {
  if (specifier.startsWith('file:')) return specifier;
  if (specifier.startsWith('.') || isAbsolute(specifier)) {
    const path = resolve(baseDirectory, specifier);
    try {
      await access(path);
    } catch (error) {
      throw new PluginFault(`${source} is not there: no file ${path}`, { cause: error });
    }
    return pathToFileURL(path).href;
  }
  const require = createRequire(join(resolve(baseDirectory), 'configuration.js'));
  try {
    return pathToFileURL(require.resolve(specifier)).href;
  } catch (error) {
    // a package with an `import` entry alone cannot be resolved from a folder; it is looked for from here
    if ((error as NodeJS.ErrnoException).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return specifier;
    throw new PluginFault(`${source} is not there: no such package is installed; a path begins with ./ or /`, {
      cause: error,
    });
  }
}

/** Refuses plugins that cannot be served together. */
export function checkTogether(plugins: readonly Plugin[]): void {
  const names = new Set<string>();
  const functions = new Map<string, string>();
  let personality: string | undefined;
  for (const plugin of plugins) {
    if (names.has(plugin.name)) throw new PluginFault(`two plugins are named '${plugin.name}'`);
    names.add(plugin.name);
    for (const name of Object.keys(plugin.functions ?? {})) {
      const other = functions.get(name);
      if (other !== undefined)
        throw new PluginFault(`the function '${name}' is offered by plugin '${other}' and by plugin '${plugin.name}'`);
      functions.set(name, plugin.name);
    }
    if (plugin.hooks?.escape === undefined) continue;
    if (personality !== undefined)
      throw new PluginFault(
        `plugins '${personality}' and '${plugin.name}' both have an escape; one personality at a time`,
      );
    personality = plugin.name;
  }
}
