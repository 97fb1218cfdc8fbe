using System.Xml.Linq;

namespace Dyad.Tests.EndToEnd;

/// <summary>
/// A folder of packages and of what is made with them, outside the repository: restored from what <c>scripts/ship.sh</c> packed and
/// from the packages that building the repository has fetched already, never from elsewhere; nothing reaches the user's own cache.
/// </summary>
public sealed class PackageFeed : IDisposable
{
    /// <summary>How long a build may take on a busy machine.</summary>
    public static TimeSpan Building { get; } = TimeSpan.FromMinutes(15);

    /// <summary>Calls programs in the folder.</summary>
    public CommandLine Calls { get; } = new();

    /// <summary>Where packages are.</summary>
    public string Packages => Calls.PathOf("packages");

    public void Dispose() => Calls.Dispose();

    /// <summary>Packs one of library, tool and single-file.</summary>
    public async Task PackAsync(string part, string? folder = null) =>
        (await Calls.RunProgramAsync(Building, Repository.PathOf("scripts", "ship.sh"), part, folder ?? Packages)).Succeeded();

    /// <summary>Writes a project that refers to the packed library, and the configuration that finds it.</summary>
    /// <param name="sdk">The project's SDK.</param>
    /// <param name="sources">Its files, by name.</param>
    public void WriteProject(string sdk, params (string Name, string Text)[] sources)
    {
        WriteConfiguration();
        Calls.Write("app/App.csproj", $"""
            <Project Sdk="{sdk}">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <RestorePackagesPath>../restored</RestorePackagesPath>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Dyad" Version="{Version}" />
              </ItemGroup>
            </Project>
            """);
        foreach ((string name, string text) in sources)
        {
            Calls.Write($"app/{name}", text);
        }
    }

    /// <summary>Names the folders of packages, and no other source.</summary>
    public void WriteConfiguration()
    {
        string fetched = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        Calls.Write("nuget.config", $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="packed" value="{Packages}" />
                <add key="fetched" value="{fetched}" />
              </packageSources>
            </configuration>
            """);
    }

    /// <summary>The version that is packed.</summary>
    public static string Version { get; } =
        XDocument.Load(Repository.PathOf("Directory.Build.props")).Descendants("Version").Single().Value;
}
