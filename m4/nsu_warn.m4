# SPDX-License-Identifier: GPL-2.0-or-later
# NSU_WARN_ADD(FLAGS): adds the flags that the compiler supports to NSU_CFLAGS.
AC_DEFUN([NSU_WARN_ADD], [
	for nsu_flag in m4_normalize([$1]); do
		AC_MSG_CHECKING([whether $CC takes $nsu_flag])
		nsu_save_cflags=$CFLAGS
		CFLAGS="$CFLAGS -Werror $nsu_flag"
		AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
			[AC_MSG_RESULT([yes]); NSU_CFLAGS="$NSU_CFLAGS $nsu_flag"],
			[AC_MSG_RESULT([no])])
		CFLAGS=$nsu_save_cflags
	done
])
