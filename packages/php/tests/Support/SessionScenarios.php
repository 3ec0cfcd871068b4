<?php

declare(strict_types=1);

namespace Msession\Tests\Support;

/** What visitors do: each scenario is a list of pages, run in order by one visitor. */
final class SessionScenarios
{
    /** @return array<string, list<callable(SessionStage): void>> pages of each scenario */
    public static function all(): array
    {
        $count = static function (SessionStage $stage): void {
            $stage->note(session_start());
            $_SESSION['n'] = ($_SESSION['n'] ?? 0) + 1;
            $stage->note($_SESSION);
        };
        $look = static function (SessionStage $stage): void {
            $stage->note(session_start());
            $stage->note($_SESSION);
            $stage->note(session_id());
        };

        return [
            'new' => [$look, $look],
            'new with data' => [$count, $look],
            'existing' => [$count, $count, $count, $look],
            'unchanged' => [$count, $look, $look],
            'regenerate and delete' => [$count, static function (SessionStage $stage): void {
                session_start();
                $_SESSION['early'] = 1;
                $stage->note(session_regenerate_id(true));
                $_SESSION['late'] = 1;
                $stage->note($_SESSION);
            }, $look],
            'regenerate and keep' => [$count, static function (SessionStage $stage): void {
                session_start();
                $_SESSION['early'] = 1;
                $stage->note(session_regenerate_id(false));
                $_SESSION['late'] = 1;
            }, $look],
            'the kept session still has its data' => [$count, static function (SessionStage $stage): void {
                session_start();
                $old = session_id();
                $_SESSION['early'] = 1;
                $stage->note(session_regenerate_id());
                $_SESSION['late'] = 1;
                session_write_close();
                session_id($old);
                $stage->note(session_start());
                $stage->note($_SESSION);
            }],
            'regenerate a new session' => [static function (SessionStage $stage): void {
                session_start();
                $stage->note(session_regenerate_id(true));
                $_SESSION['n'] = 1;
            }, $look],
            'regenerate twice' => [$count, static function (SessionStage $stage): void {
                session_start();
                $stage->note(session_regenerate_id(true));
                $stage->note(session_regenerate_id(true));
                $_SESSION['late'] = 1;
            }, $look],
            'destroy' => [$count, static function (SessionStage $stage): void {
                session_start();
                $stage->note(session_destroy());
                $stage->note(session_status());
            }, $look],
            'destroy a new session' => [static function (SessionStage $stage): void {
                session_start();
                $stage->note(session_destroy());
            }, $look],
            'destroy without a session' => [static function (SessionStage $stage): void {
                $stage->note(session_destroy());
            }],
            'read and close' => [$count, static function (SessionStage $stage): void {
                $stage->note(session_start(['read_and_close' => true]));
                $_SESSION['lost'] = 1;
                $stage->note(session_status());
            }, $look],
            'read and close, then write' => [$count, static function (SessionStage $stage): void {
                session_start(['read_and_close' => true]);
                $stage->note($_SESSION);
                $stage->note(session_start());
                $_SESSION['n'] = 'again';
            }, $look],
            'abort' => [$count, static function (SessionStage $stage): void {
                session_start();
                $_SESSION['lost'] = 1;
                $stage->note(session_abort());
                $stage->note(session_status());
            }, $look],
            'reset' => [$count, static function (SessionStage $stage): void {
                session_start();
                $_SESSION['n'] = 'changed';
                $stage->note(session_reset());
                $stage->note($_SESSION);
                $_SESSION['after'] = 1;
            }, $look],
            'abort and start again' => [$count, static function (SessionStage $stage): void {
                session_start();
                $_SESSION['lost'] = 1;
                session_abort();
                $stage->note(session_start());
                $stage->note($_SESSION);
                $_SESSION['kept'] = 1;
            }, $look],
            'an id nobody made' => [static function (SessionStage $stage): void {
                $stage->visitWith(bin2hex(random_bytes(16)));
            }, $look, $count, $look],
            'an id that was destroyed' => [$count, static function (SessionStage $stage): void {
                $kept = $_COOKIE['PHPSESSID'] ?? '';
                session_start();
                session_destroy();
                $stage->visitWith((string) $kept);
            }, $look],
            'write and close twice' => [$count, static function (SessionStage $stage): void {
                session_start();
                $_SESSION['a'] = 1;
                $stage->note(session_write_close());
                $stage->note(session_write_close());
                $stage->note(session_start());
                $_SESSION['b'] = 1;
                $stage->note(session_commit());
            }, $look],
            'gc' => [static function (SessionStage $stage): void {
                session_start();
                $stage->note(\is_int(session_gc()));
            }],
            'create id' => [static function (SessionStage $stage): void {
                session_start();
                $stage->note(session_create_id());
            }],
            'encode and decode' => [$count, static function (SessionStage $stage): void {
                session_start();
                $stage->note(session_encode());
                $stage->note(session_decode('x|i:5;'));
                $stage->note($_SESSION);
            }, $look],
            'unset everything' => [$count, static function (SessionStage $stage): void {
                session_start();
                $stage->note(session_unset());
                $stage->note($_SESSION);
            }, $look],
            'start twice' => [static function (SessionStage $stage): void {
                $stage->note(session_start());
                $stage->note(session_start());
            }],
            'binary data' => [static function (SessionStage $stage): void {
                session_start();
                $_SESSION['bytes'] = "\0\r\n\xff|!";
                $_SESSION['nested'] = ['a' => [1, 2.5, null, true]];
            }, static function (SessionStage $stage): void {
                session_start();
                $stage->note(bin2hex($_SESSION['bytes']));
                $stage->note($_SESSION['nested']);
            }],
        ];
    }
}
