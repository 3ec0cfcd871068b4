<?php

declare(strict_types=1);

namespace Msession\Session;

/** Fields of $_SESSION written as variables beside the data, so that sessions can be found by them. */
final class VariableIndex
{
    /**
     * @param list<string> $fields names in $_SESSION; a dot goes into an inner array
     * @return array{variables: array<string, string>, unset: list<string>}
     */
    public static function of(array $fields): array
    {
        $variables = [];
        $unset = [];
        foreach ($fields as $field) {
            $value = self::value($field);
            if ($value === null) {
                $unset[] = $field;
            } else {
                $variables[$field] = $value;
            }
        }

        return ['variables' => $variables, 'unset' => $unset];
    }

    private static function value(string $field): ?string
    {
        $value = $_SESSION ?? [];
        if (\is_array($value) && \array_key_exists($field, $value)) {
            $value = $value[$field];
        } else {
            foreach (explode('.', $field) as $part) {
                if (!\is_array($value) || !\array_key_exists($part, $value)) {
                    return null;
                }
                $value = $value[$part];
            }
        }
        if (\is_bool($value)) {
            return $value ? '1' : '0';
        }
        if (\is_scalar($value)) {
            return (string) $value;
        }

        return \is_object($value) && method_exists($value, '__toString') ? (string) $value : null;
    }
}
