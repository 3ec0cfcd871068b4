<?php

// The functions of the msession extension, each defined only where nobody has defined it. Parameters are optional and
// untyped, because the originals converted what they got and warned where arguments were missing.

declare(strict_types=1);

use Msession\Functions\Api;

if (!class_exists(Api::class)) {
    require_once __DIR__ . '/autoload.php';
}

if (!function_exists('msession_connect')) {
    /** @return bool|null true; false with a warning when nobody answers. Port "0" or "" is 8086. */
    function msession_connect($host = null, $port = null)
    {
        return Api::connect(\func_get_args());
    }
}

if (!function_exists('msession_disconnect')) {
    /** @return null Also keeps the functions from connecting by themselves. */
    function msession_disconnect()
    {
        Api::disconnect(\func_get_args());
    }
}

if (!function_exists('msession_count')) {
    /** @return int|false|null Live sessions; 0 when the server refuses. */
    function msession_count()
    {
        return Api::count(\func_get_args());
    }
}

if (!function_exists('msession_create')) {
    /** @return bool|null false with a warning when it exists already. */
    function msession_create($session = null, $classname = null, $data = null)
    {
        return Api::create(\func_get_args());
    }
}

if (!function_exists('msession_destroy')) {
    /** @return bool|null true, with a warning when there is no such session. */
    function msession_destroy($name = null)
    {
        return Api::destroy(\func_get_args());
    }
}

if (!function_exists('msession_lock')) {
    /** @return int|string|false|null The key for msession_unlock(); does not wait. Text where integers have 32 bits. */
    function msession_lock($name = null)
    {
        return Api::lock(\func_get_args());
    }
}

if (!function_exists('msession_unlock')) {
    /** @return int|false|null */
    function msession_unlock($session = null, $key = null)
    {
        return Api::unlock(\func_get_args());
    }
}

if (!function_exists('msession_set')) {
    /** @return bool|null */
    function msession_set($session = null, $name = null, $value = null)
    {
        return Api::set(\func_get_args());
    }
}

if (!function_exists('msession_get')) {
    /** @return string|false|null The default where the session lacks the variable; null with a warning without a session. */
    function msession_get($session = null, $name = null, $default = null)
    {
        return Api::get(\func_get_args());
    }
}

if (!function_exists('msession_find')) {
    /** @return list<string>|false|null Session ids; null when none match. */
    function msession_find($name = null, $value = null)
    {
        return Api::find(\func_get_args());
    }
}

if (!function_exists('msession_list')) {
    /** @return list<string>|false|null Session ids; null when there are none. */
    function msession_list()
    {
        return Api::list(\func_get_args());
    }
}

if (!function_exists('msession_get_array')) {
    /** @return array<array-key, string>|false|null Name => value; null, without a warning, when there is no session. */
    function msession_get_array($session = null)
    {
        return Api::getArray(\func_get_args());
    }
}

if (!function_exists('msession_set_array')) {
    /** @return false|null Nothing; a warning when it fails. */
    function msession_set_array($session = null, $tuples = null)
    {
        return Api::setArray(\func_get_args());
    }
}

if (!function_exists('msession_listvar')) {
    /** @return array<array-key, string>|false|null Value => session id; of equal values the newest session wins. */
    function msession_listvar($name = null)
    {
        return Api::listVar(\func_get_args());
    }
}

if (!function_exists('msession_timeout')) {
    /** @return int|false|null Seconds in force; with one argument it only reads. */
    function msession_timeout($session = null, $seconds = null)
    {
        return Api::timeout(\func_get_args());
    }
}

if (!function_exists('msession_inc')) {
    /** @return string|false|null The new value. */
    function msession_inc($session = null, $name = null)
    {
        return Api::inc(\func_get_args());
    }
}

if (!function_exists('msession_add')) {
    /** @return string|false|null The new value. */
    function msession_add($session = null, $name = null, $value = null)
    {
        return Api::add(\func_get_args());
    }
}

if (!function_exists('msession_muldiv')) {
    /** @return string|false|null value * mul / div. */
    function msession_muldiv($session = null, $name = null, $mul = null, $div = null)
    {
        return Api::mulDiv(\func_get_args());
    }
}

if (!function_exists('msession_get_data')) {
    /** @return string|false|null null when there is none. */
    function msession_get_data($session = null)
    {
        return Api::getData('msession_get_data', \func_get_args());
    }
}

if (!function_exists('msession_getdata')) {
    /** @return string|false|null The old name of msession_get_data(). */
    function msession_getdata($session = null)
    {
        return Api::getData('msession_getdata', \func_get_args());
    }
}

if (!function_exists('msession_set_data')) {
    /** @return bool|null Creates the session if there is none. */
    function msession_set_data($session = null, $value = null)
    {
        return Api::setData('msession_set_data', \func_get_args());
    }
}

if (!function_exists('msession_setdata')) {
    /** @return bool|null The old name of msession_set_data(). */
    function msession_setdata($session = null, $value = null)
    {
        return Api::setData('msession_setdata', \func_get_args());
    }
}

if (!function_exists('msession_uniq')) {
    /** @return string|false|null The id of a newly created session. */
    function msession_uniq($length = null, $classname = null, $data = null)
    {
        return Api::uniq(\func_get_args());
    }
}

if (!function_exists('msession_randstr')) {
    /** @return string|false|null */
    function msession_randstr($length = null)
    {
        return Api::randStr(\func_get_args());
    }
}

if (!function_exists('msession_plugin')) {
    /** @return string|false|null */
    function msession_plugin($session = null, $value = null, $parameter = null)
    {
        return Api::plugin(\func_get_args());
    }
}

if (!function_exists('msession_call')) {
    /** @return string|false|null */
    function msession_call($function = null, $argument1 = null, $argument2 = null, $argument3 = null, $argument4 = null)
    {
        return Api::call(\func_get_args());
    }
}

if (!function_exists('msession_ctl')) {
    /** @return int|false|null EXIST (default), TTL, AGE, TLA, CTIME, TOUCH or NOW, in any case. */
    function msession_ctl($session = null, $what = null)
    {
        return Api::ctl(\func_get_args());
    }
}

if (!function_exists('msession_get_object')) {
    /** @return array<array-key, string>|false|null classname, classdata, then the variables. */
    function msession_get_object($session = null)
    {
        return Api::getObject(\func_get_args());
    }
}

if (!function_exists('msession_save_object')) {
    /** @return bool|null */
    function msession_save_object($session = null, $data = null, $variables = null, $classname = null)
    {
        return Api::saveObject(\func_get_args());
    }
}
