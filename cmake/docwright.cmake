# How every docwright target is built: docwright_library(), docwright_program(), docwright_test_program().

include(cmake/embed.cmake)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CURL REQUIRED)
find_package(yaml-cpp REQUIRED)
# Looked for here, so that whoever links a folder sees what that folder links.
pkg_check_modules(CRYPTO REQUIRED IMPORTED_TARGET libcrypto)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(ZMQ REQUIRED IMPORTED_TARGET libzmq)

add_library(docwright_flags INTERFACE)
target_include_directories(docwright_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(docwright_flags INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
  -Wno-missing-field-initializers -Wno-missing-designated-field-initializers
  -fno-omit-frame-pointer)
target_compile_definitions(docwright_flags INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE JSON_USE_IMPLICIT_CONVERSIONS=0 SPDLOG_FMT_EXTERNAL)
target_link_options(docwright_flags INTERFACE -fuse-ld=lld-19)
target_link_libraries(docwright_flags INTERFACE Threads::Threads fmt::fmt)
if(DOCWRIGHT_SANITIZE)
  target_compile_options(docwright_flags INTERFACE -fsanitize=${DOCWRIGHT_SANITIZE} -fno-sanitize-recover=all -O1)
  target_link_options(docwright_flags INTERFACE -fsanitize=${DOCWRIGHT_SANITIZE})
endif()
if(DOCWRIGHT_FUZZ)
  target_compile_options(docwright_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# One precompiled header for all: the standard library, Asio's coroutines, fmt and JSON.
add_library(docwright_pch OBJECT ${CMAKE_SOURCE_DIR}/cmake/pch.cpp)
target_link_libraries(docwright_pch PRIVATE docwright_flags)
target_precompile_headers(docwright_pch PRIVATE ${CMAKE_SOURCE_DIR}/cmake/pch.h)
target_compile_options(docwright_pch PRIVATE "SHELL:-Xclang -fno-pch-timestamp")

function(docwright_target name)
  target_link_libraries(${name} PRIVATE docwright_flags)
  target_precompile_headers(${name} REUSE_FROM docwright_pch)
  target_compile_options(${name} PRIVATE -Wglobal-constructors "SHELL:-Xclang -fno-pch-timestamp")
endfunction()

# docwright_library(NAME LIBRARIES...): a static library of every .cpp below the calling folder.
function(docwright_library name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  add_library(${name} STATIC ${sources} ${CMAKE_SOURCE_DIR}/cmake/pch.cpp)
  docwright_target(${name})
  target_link_libraries(${name} PUBLIC ${ARGN})
endfunction()

# docwright_program(NAME LIBRARIES...): main.cpp of the calling folder as a program.
function(docwright_program name)
  if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/main.cpp)
    return()
  endif()
  add_executable(${name} ${CMAKE_CURRENT_SOURCE_DIR}/main.cpp)
  docwright_target(${name})
  target_link_libraries(${name} PRIVATE ${ARGN})
endfunction()

# docwright_test_program(NAME SOURCES...): a program of GoogleTest; link what it tests, then add_test().
function(docwright_test_program name)
  add_executable(${name} ${ARGN})
  docwright_target(${name})
  # GoogleTest registers its tests with static objects.
  target_compile_options(${name} PRIVATE -Wno-global-constructors)
  target_link_libraries(${name} PRIVATE GTest::gtest GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE
    DOCWRIGHT_SOURCE_DIR="${CMAKE_SOURCE_DIR}" DOCWRIGHT_BUILD_DIR="${CMAKE_BINARY_DIR}")
endfunction()
