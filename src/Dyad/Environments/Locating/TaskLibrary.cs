using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.Loader;
using System.Security.Cryptography;
using Dyad.Core;

namespace Dyad.Environments.Locating;

/// <summary>Users' own tasks: <c>FILE.dll:TYPE</c>, a public class with a constructor without parameters.</summary>
[UnconditionalSuppressMessage("Trimming", "IL2026", Justification = Unseen)]
[UnconditionalSuppressMessage("Trimming", "IL2067", Justification = Unseen)]
[UnconditionalSuppressMessage("Trimming", "IL2070", Justification = Unseen)]
[UnconditionalSuppressMessage("Trimming", "IL2072", Justification = Unseen)]
[UnconditionalSuppressMessage("Trimming", "IL2075", Justification = Unseen)]
internal static class TaskLibrary
{
    private const string Unseen = "The file is the user's, named at run time: no trimmer sees it, and none trims it.";
    private const string Separator = ".dll:";

    /// <summary>Whether the text names a type in a file, and not a task of the registry.</summary>
    public static bool Names(string text) => text.Contains(Separator, StringComparison.OrdinalIgnoreCase);

    /// <summary>The name of the type, without the file's.</summary>
    public static string TypeOf(string text) => text[(text.LastIndexOf(Separator, StringComparison.OrdinalIgnoreCase) + Separator.Length)..];

    /// <summary>What finds the type again from any folder: the file by its full path.</summary>
    /// <exception cref="UserError">The file's name is none.</exception>
    public static string FullText(string text) => FullPath(text[..^(TypeOf(text).Length + 1)]) + ":" + TypeOf(text);

    /// <summary>A hash of the library's file, as 16 hexadecimal digits; what the file refers to is not in it.</summary>
    public static string Fingerprint(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(text[..^(TypeOf(text).Length + 1)])))[..16];

    /// <summary>What makes the task.</summary>
    /// <exception cref="UserError">There is no such file or type, or the type is no task.</exception>
    public static Func<IEnvironment> Load(string text)
    {
        int split = text.LastIndexOf(Separator, StringComparison.OrdinalIgnoreCase) + Separator.Length - 1;
        (string file, string name) = (text[..split], text[(split + 1)..]);
        Type type = FindType(file, name);
        if (type.GetConstructor(Type.EmptyTypes) is null || type.IsAbstract)
        {
            throw new UserError($"'{text}' cannot be made: the class needs a public constructor without parameters, and must not be abstract");
        }

        return () => Make(text, type);
    }

    private static Type FindType(string file, string name)
    {
        Type[] types;
        try
        {
            types = Open(file).GetExportedTypes();
        }
        catch (Exception e) when (e is FileNotFoundException or FileLoadException or TypeLoadException or ReflectionTypeLoadException)
        {
            throw new UserError(
                $"'{file}' cannot be loaded: {(e is FileNotFoundException { FileName: string needed } ? $"it needs '{needed}', which is not beside it" : e.Message)}", e);
        }

        Type[] tasks = [.. types.Where(type => type.IsAssignableTo(typeof(IEnvironment)) && !type.IsInterface)];
        Type[] found = [.. tasks.Where(type => type.FullName == name || type.Name == name)];
        if (found.Length > 0)
        {
            return found.Length == 1 ? found[0] : throw new UserError(
                $"'{file}' has more than one '{name}': {string.Join(", ", found.Select(type => type.FullName))}");
        }

        if (types.Any(type => type.FullName == name || type.Name == name))
        {
            throw new UserError($"'{name}' of '{file}' is no task: it must implement {nameof(IEnvironment)} of the Dyad that runs it");
        }

        throw new UserError(tasks.Length == 0
            ? $"'{file}' has no public class that implements {nameof(IEnvironment)}"
            : $"'{file}' has no task '{name}'; {NearNames.Hint(name, [.. tasks.Select(type => type.Name)])}");
    }

    private static Assembly Open(string file)
    {
        string path = FullPath(file);
        if (!File.Exists(path))
        {
            throw new UserError($"there is no file '{file}'");
        }

        try
        {
            return new LoadContext(path).LoadFromAssemblyPath(path);
        }
        catch (BadImageFormatException e)
        {
            throw new UserError($"'{file}' is no .NET library", e);
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            throw new UserError($"'{file}' cannot be read: {IoSentence.Of(e)}", e);
        }
    }

    private static string FullPath(string file) => !file.Contains('\0', StringComparison.Ordinal)
        ? Path.GetFullPath(file)
        : throw new UserError($"'{file}' is no name of a file");

    private static IEnvironment Make(string text, Type type)
    {
        try
        {
            return (IEnvironment)Activator.CreateInstance(type)!;
        }
        catch (TargetInvocationException e)
        {
            throw new UserError($"'{text}' cannot be made: {e.InnerException!.Message.ReplaceLineEndings(" ").Trim()}", e);
        }
    }

    // The task's own packages are taken from beside its file, Dyad from the process: its types must be the same.
    private sealed class LoadContext(string path) : AssemblyLoadContext("tasks")
    {
        private readonly AssemblyDependencyResolver _resolver = new(path);

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            if (Default.Assemblies.Any(loaded => loaded.GetName().Name == assemblyName.Name))
            {
                return null;
            }

            return _resolver.ResolveAssemblyToPath(assemblyName) is string found ? LoadFromAssemblyPath(found) : null;
        }
    }
}
