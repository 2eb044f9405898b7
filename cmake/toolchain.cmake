# Finds what a build needs. What is missing is reported in one line that says what to install
# (of fewer than 78 characters, or CMake breaks it).

include(CheckLanguage)
check_language(CXX)
if(NOT CMAKE_CXX_COMPILER)
  message(FATAL_ERROR "no C++ compiler: install one (Debian/Ubuntu: apt install g++)")
endif()
enable_language(CXX)
if((CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12)
   OR (CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14))
  message(FATAL_ERROR "${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION} is too old: install g++ >= 12 and set CXX to it")
endif()

find_package(Python 3.10 QUIET COMPONENTS Interpreter OPTIONAL_COMPONENTS Development.Module)
if(NOT Python_Interpreter_FOUND)
  message(FATAL_ERROR "no Python >= 3.10: install one (Debian/Ubuntu: apt install python3)")
endif()
if(NOT Python_Development.Module_FOUND)
  message(FATAL_ERROR "no Python.h: install Python's headers (Debian/Ubuntu: apt install python3-dev)")
endif()

set(PYBIND11_FINDPYTHON ON)
find_package(pybind11 3.0.3 QUIET CONFIG)
if(NOT pybind11_FOUND)
  message(FATAL_ERROR "no pybind11 >= 3.0.3: CONTRIBUTING.md tells how to build without pip")
endif()
