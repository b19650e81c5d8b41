using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using ManagedIdentity.Errors;
using ManagedIdentity.Native;
using Xunit;

namespace ManagedIdentity.Tests;

/// <summary>Libraries that do not load, and platforms that there are no libraries for: what is said of each.</summary>
public sealed class LoaderTests : IDisposable
{
    private static readonly string s_extension = NativePlatform.Current.FileName("");

    private readonly string _folder = Directory.CreateTempSubdirectory("loader-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void A_file_that_is_not_there_is_told_as_missing()
    {
        var error = LoadError(At("none"), LoadFailureKind.FileMissing);
        Assert.Equal("NativeLibraryMissing", error.Code);
        Assert.Equal(ErrorCategory.NotInstalled, error.Category);
        Assert.Contains(NativePlatform.Current.Identifier, error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("This is no library, although the file is as long as the header of one would be: 64 bytes or more.")]
    public void A_file_that_is_no_library_is_told_as_damaged(string content)
    {
        var file = At("text");
        File.WriteAllText(file, content);
        var error = LoadError(file, LoadFailureKind.NotALibrary);
        Assert.Equal("NativeLibraryUnusable", error.Code);
        Assert.Contains("damaged", error.Message);
    }

    [Fact]
    public void A_library_for_another_architecture_is_told_as_that_and_not_as_missing()
    {
        var error = LoadError(OfAnotherArchitecture(), LoadFailureKind.NotALibrary);
        Assert.Equal("NativeLibraryUnusable", error.Code);
        Assert.Contains($"not for {NativePlatform.Current.Identifier}", error.Message);
    }

    [Fact]
    public void A_library_that_needs_one_that_is_not_there_is_told_with_the_reason_of_the_loader()
    {
        var error = LoadError(WithoutItsDependency(), LoadFailureKind.DependencyMissing);
        Assert.Equal("NativeLibraryDependencyMissing", error.Code);
        Assert.Equal(ErrorCategory.NotInstalled, error.Category);
        Assert.Contains(OperatingSystem.IsWindows() ? "(Win32 error 126)" : "needed", error.Message);
        Assert.Contains(NativePlatform.Current.Floor!, error.Message);
    }

    [Fact]
    public void A_library_that_needs_a_later_C_library_is_told_with_the_version()
    {
        if (!OperatingSystem.IsLinux() || NativePlatform.Current.System == "linux-musl")
        {
            return;
        }

        // The C library itself can't be another: the version is one of a library beside it.
        File.WriteAllText(At("versions"), "GLIBC_2.99 { global: needed; };");
        Compile("needed", "int needed(void) { return 1; }", $"-Wl,--version-script={At("versions")}");
        var file = Compile("needs", "int needed(void); int one(void) { return needed(); }", At("needed"), $"-Wl,-rpath,{_folder}");
        File.WriteAllText(At("versions"), "GLIBC_2.28 { global: needed; };");
        Compile("needed", "int needed(void) { return 1; }", $"-Wl,--version-script={At("versions")}");

        var error = LoadError(file, LoadFailureKind.DependencyMissing);
        Assert.Contains("version `GLIBC_2.99' not found", error.Message);
    }

    /// <summary>What linkers that these tests do not all run under say.</summary>
    [Theory]
    [InlineData("/lib64/libc.so.6: version `GLIBC_2.38' not found (required by /m/one.so)", LoadFailureKind.DependencyMissing)]
    [InlineData("libfoo.so: cannot open shared object file: No such file or directory", LoadFailureKind.DependencyMissing)]
    [InlineData("/m/one.so: undefined symbol: foo", LoadFailureKind.DependencyMissing)]
    [InlineData("Error loading shared library libgcc_s.so.1: No such file or directory (needed by /m/one.so)", LoadFailureKind.DependencyMissing)]
    [InlineData("Error relocating /m/one.so: gnu_get_libc_version: symbol not found", LoadFailureKind.DependencyMissing)]
    [InlineData("dlopen(/m/one.so, 0x0001): Library not loaded: @rpath/libfoo.dylib\n  Referenced from: <1> /m/one.so", LoadFailureKind.DependencyMissing)]
    [InlineData("dlopen(/m/one.so, 0x0001): Symbol not found: _foo\n  Referenced from: <1> /m/one.so", LoadFailureKind.DependencyMissing)]
    [InlineData("/m/one.so: cannot open shared object file: No such file or directory", LoadFailureKind.NotALibrary)]
    [InlineData("/m/one.so: wrong ELF class: ELFCLASS32", LoadFailureKind.NotALibrary)]
    [InlineData("Error loading shared library /m/one.so: Exec format error", LoadFailureKind.NotALibrary)]
    [InlineData("dlopen(/m/one.so, 0x0001): tried: '/m/one.so' (mach-o file, but is an incompatible architecture (have 'x86_64', need 'arm64'))", LoadFailureKind.NotALibrary)]
    [InlineData("/m/one.so: cannot open shared object file: Permission denied", LoadFailureKind.Refused)]
    [InlineData("/m/one.so: failed to map segment from shared object", LoadFailureKind.Refused)]
    public void What_a_linker_says_is_kept_and_its_meaning_known(string said, object kind)
    {
        var failure = LoadFailure.OfUnix("/m/one.so", $"Unable to load shared library '/m/one.so' or one of its dependencies. …: \n{said}\n\n");
        Assert.Equal(kind, failure.Kind);
        Assert.Equal(Regex.Replace(said, @"\s+", " "), failure.Reason);
    }

    [Theory]
    [InlineData(126, LoadFailureKind.DependencyMissing)]
    [InlineData(127, LoadFailureKind.DependencyMissing)]
    [InlineData(193, LoadFailureKind.NotALibrary)]
    [InlineData(5, LoadFailureKind.Refused)]
    public void The_number_of_a_Win32_error_is_kept_and_its_meaning_known(int code, object kind)
    {
        var failure = LoadFailure.OfWindows(code);
        Assert.Equal(kind, failure.Kind);
        Assert.EndsWith($"(Win32 error {code})", failure.Reason);
        Assert.DoesNotContain("%1", failure.Reason);
    }

    [Theory]
    [InlineData("linux-musl-x64", "", true)]
    [InlineData("alpine.3.17-x64", "", true)]
    [InlineData(null, "7f00-7f01 r-xp 0000 fd:00 1 /lib/ld-musl-x86_64.so.1", true)]
    [InlineData("linux-x64", "7f00-7f01 r-xp 0000 fd:00 1 /lib64/ld-linux-x86-64.so.2", false)]
    [InlineData(null, "", false)]
    public void Musl_is_known_by_the_runtime_or_by_its_linker(string? identifier, string map, bool musl) =>
        Assert.Equal(musl, NativePlatform.IsMusl(identifier, () => map));

    [Theory]
    [InlineData("win", Architecture.X64, "win-x64/managed_identity.dll")]
    [InlineData("linux", Architecture.Arm64, "linux-arm64/managed_identity.so")]
    [InlineData("linux-musl", Architecture.X64, "linux-musl-x64/managed_identity.so")]
    [InlineData("osx", Architecture.Arm64, "osx-arm64/managed_identity.dylib")]
    public void A_library_is_expected_in_the_folder_of_its_platform(string system, Architecture architecture, string path)
    {
        var found = NativeLoader.PathIn("module", new NativePlatform(system, architecture), "managed_identity");
        Assert.Equal($"module/{path}", found.Replace('\\', '/'));
    }

    [Theory]
    [InlineData("win", Architecture.X86, "win-x86")]
    [InlineData("win", Architecture.Arm, "win-arm")]
    [InlineData("linux", Architecture.Arm, "linux-arm")]
    [InlineData("linux-musl", Architecture.Arm64, "linux-musl-arm64")]
    [InlineData("freebsd", Architecture.X64, "freebsd-x64")]
    public void A_platform_without_libraries_is_named_with_those_that_have_some(string system, Architecture architecture, string name)
    {
        var thrown = Assert.Throws<UnknownPlatformException>(
            () => NativeLoader.PathIn("module", new NativePlatform(system, architecture), "managed_identity"));
        var error = Failures.Of(thrown);
        Assert.Equal("PlatformNotSupported", error.Code);
        Assert.Contains($"of the platform {name}.", error.Message);
        Assert.All(NativePlatform.All, platform => Assert.Contains(platform, error.Message));
        Assert.Equal(name == "win-x86", error.Message.Contains("64-bit PowerShell"));
    }

    /// <summary>What is built, and what is loaded.</summary>
    [Fact]
    public void The_platforms_and_their_floors_are_those_of_the_build()
    {
        var table = File.ReadAllText(Checkout.Path("xtask", "src", "platform.rs"));
        var built = Regex.Matches(table, @"rid: ""(?<rid>[^""]+)"".*?floor: Floor::(?<kind>\w+)\((?<value>[^)]+)\)", RegexOptions.Singleline)
            .ToDictionary(match => match.Groups["rid"].Value, match => FloorOf(match.Groups["kind"].Value, match.Groups["value"].Value));
        Assert.Equal(built.Keys.Order(), NativePlatform.All.Order());
        foreach (var (identifier, floor) in built)
        {
            var split = identifier.LastIndexOf('-');
            var architecture = Enum.Parse<Architecture>(identifier[(split + 1)..], ignoreCase: true);
            Assert.Equal(floor, new NativePlatform(identifier[..split], architecture).Floor);
        }
    }

    private static string FloorOf(string kind, string value) => kind switch
    {
        "Windows" => value.Trim('"'),
        "MacOs" => $"macOS {value.Replace(", ", ".")}",
        _ => $"{kind.ToLowerInvariant()} {value.Trim('"').Replace(", ", ".")}",
    };

    /// <summary>The error that a file which does not load ends in.</summary>
    private static ManagedIdentityException LoadError(string file, object kind)
    {
        var thrown = Assert.Throws<LibraryNotLoadedException>(() => NativeResolver.LoadFile(file));
        Assert.Equal(kind, thrown.Failure.Kind);
        var error = Failures.Of(thrown);
        Assert.Contains(file, error.Message);
        return error;
    }

    private string At(string name) => Path.Combine(_folder, $"{name}{s_extension}");

    private string OfAnotherArchitecture()
    {
        if (OperatingSystem.IsMacOS())
        {
            var other = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "x86_64" : "arm64";
            return Compile("other", "int one(void) { return 1; }", "-arch", other);
        }

        var bytes = File.ReadAllBytes(Library.PathOf(NativeLoader.Prefix));
        // The machine in the header of either format.
        var at = OperatingSystem.IsWindows() ? BitConverter.ToInt32(bytes, 0x3C) + 4 : 18;
        ushort machine = OperatingSystem.IsWindows() ? (ushort)0x01C4 : (ushort)0x16;
        BitConverter.GetBytes(machine).CopyTo(bytes, at);
        return Write("other", bytes);
    }

    private string WithoutItsDependency()
    {
        if (OperatingSystem.IsWindows())
        {
            // Windows has no C compiler: the library itself, with another name for one that it needs.
            var bytes = File.ReadAllBytes(Library.PathOf(NativeLoader.Prefix));
            var at = Encoding.Latin1.GetString(bytes).IndexOf("ws2_32.dll", StringComparison.OrdinalIgnoreCase);
            Assert.True(at > 0);
            Encoding.ASCII.GetBytes("needed").CopyTo(bytes, at);
            return Write("needs", bytes);
        }

        var needed = Compile("needed", "int needed(void) { return 1; }");
        var file = Compile("needs", "int needed(void); int one(void) { return needed(); }", needed);
        File.Delete(needed);
        return file;
    }

    private string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(At(name), bytes);
        return At(name);
    }

    /// <summary>Makes a library of C. It is known by its name alone to those that need it.</summary>
    private string Compile(string name, string source, params string[] arguments)
    {
        var input = Path.Combine(_folder, $"{name}.c");
        File.WriteAllText(input, source);
        var own = Path.GetFileName(At(name));
        var naming = OperatingSystem.IsMacOS() ? $"-Wl,-install_name,{own}" : $"-Wl,-soname,{own}";
        string[] all = ["-shared", "-fPIC", naming, "-o", At(name), input, .. arguments];
        using var compiler = Process.Start(new ProcessStartInfo("cc", all) { RedirectStandardError = true })!;
        var said = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        Assert.True(compiler.ExitCode == 0, said);
        return At(name);
    }
}
