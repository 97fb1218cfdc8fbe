using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Dyad.Tests.Unit.Architecture;

/// <summary>The rooms of docs/architecture.md against the compiled library, and whether a breach would be noticed.</summary>
[Trait("Category", "unit")]
public sealed class RoomTests
{
    private static readonly string Markdown = File.ReadAllText(Repository.PathOf("docs", "architecture.md"));

    private static readonly RoomTable Table = RoomTable.Parse(Markdown);

    [Fact]
    public void Each_room_uses_only_rooms_that_it_may_use()
    {
        using AssemblyDefinition library = ReadLibrary();
        Assert.Empty(RoomChecker.Violations(library.MainModule, Table));
    }

    [Fact]
    public void The_library_needs_nothing_but_the_platform_and_its_tensors()
    {
        using AssemblyDefinition library = ReadLibrary();
        Assert.All(library.MainModule.AssemblyReferences, reference => Assert.True(
            reference.Name.StartsWith("System.", StringComparison.Ordinal) || reference.Name is "netstandard" or "Microsoft.Win32.Primitives",
            $"Dyad.dll references {reference.Name}"));
    }

    [Fact]
    public void Each_folder_of_the_library_is_a_room()
    {
        string[] build = ["bin", "obj"];
        IEnumerable<string> folders = new DirectoryInfo(Repository.PathOf("src", "Dyad")).GetDirectories().Select(folder => folder.Name);
        Assert.Empty(folders.Except(Table.Rooms).Except(build));
    }

    [Fact]
    public void Permission_passes_through_the_rooms_that_are_named()
    {
        Assert.True(Table.Allows("Tabular", "Numerics"));
        Assert.True(Table.Allows("Tabular", "Core"));
        Assert.True(Table.Allows("Games", "Core"));
        Assert.True(Table.Allows("Diagnostics", "Training"));
        Assert.False(Table.Allows("Core", "Numerics"));
        Assert.False(Table.Allows("Tabular", "Autodiff"));
        Assert.False(Table.Allows("Games", "Networks"));
        Assert.False(Table.Allows("Algorithms", "Training"));
    }

    [Theory]
    [InlineData("| `Core/` | errors | Numerics |")]
    [InlineData("| `Core/` | errors | - |\n| `Tabular/` | processes | Cores |")]
    [InlineData("| `Core/` | errors |")]
    [InlineData("")]
    public void A_table_that_names_no_room_above_is_refused(string rows) => Assert.Throws<FormatException>(
        () => RoomTable.Parse($"# Rooms\n\n| room of `src/Dyad` | what lives there | may use |\n|---|---|---|\n{rows}\n"));

    [Fact]
    public void A_use_that_the_table_forbids_is_reported_with_type_and_member()
    {
        using AssemblyDefinition library = ReadLibrary();
        var stricter = RoomTable.Parse(Changed(Markdown, "Tabular", "Numerics", "Core"));
        IReadOnlyCollection<string> violations = RoomChecker.Violations(library.MainModule, stricter);
        Assert.All(violations, line => Assert.StartsWith("Tabular may not use Numerics: ", line, StringComparison.Ordinal));

        // A field, and a local variable of a method body.
        const string field = "FactorizedSystem::_factorization uses Dyad.Numerics.LuFactorization";
        Assert.Contains(violations, line => line.EndsWith(field, StringComparison.Ordinal));
        Assert.Contains(violations, line => line.Contains("StackelbergGradients::SolveHessian", StringComparison.Ordinal));
    }

    [Fact]
    public void A_type_outside_the_table_is_reported()
    {
        using AssemblyDefinition library = ReadLibrary();
        library.MainModule.Types.Add(new TypeDefinition("Dyad.Attic", "Planted", TypeAttributes.Class));
        library.MainModule.Types.Add(new TypeDefinition("Dyad", "Homeless", TypeAttributes.Class));
        library.MainModule.Types.Add(new TypeDefinition("Elsewhere", "Stray", TypeAttributes.Class));
        string[] expected =
        [
            "Dyad.Attic.Planted is in the unknown room 'Attic'",
            "Dyad.Homeless is in the unknown room ''",
            "Elsewhere.Stray is in no room",
        ];
        Assert.Equal(expected, RoomChecker.Violations(library.MainModule, Table));
    }

    /// <summary>Each place where a type can be used, with a use planted there.</summary>
    public static TheoryData<string> Places =>
    [
        "base type", "interface", "field", "array field", "generic argument", "constraint", "parameter", "return type",
        "local variable", "catch type", "instruction", "call", "generic call", "attribute argument", "nested type",
    ];

    [Theory]
    [MemberData(nameof(Places))]
    public void A_planted_use_is_reported(string place)
    {
        using AssemblyDefinition library = ReadLibrary();
        ModuleDefinition module = library.MainModule;
        Plant(module, place);
        IReadOnlyCollection<string> violations = RoomChecker.Violations(module, Table);
        Assert.NotEmpty(violations);
        Assert.All(violations, line =>
        {
            Assert.StartsWith("Core may not use Tabular: ", line, StringComparison.Ordinal);
            Assert.Contains("Dyad.Core.Planted", line, StringComparison.Ordinal);
            Assert.EndsWith("uses Dyad.Tabular.Mdp", line, StringComparison.Ordinal);
        });
    }

    private static void Plant(ModuleDefinition module, string place)
    {
        TypeDefinition forbidden = module.GetType("Dyad.Tabular.Mdp");
        TypeSystem types = module.TypeSystem;
        var planted = new TypeDefinition("Dyad.Core", "Planted", TypeAttributes.Class | TypeAttributes.Public, types.Object);
        module.Types.Add(planted);
        var method = new MethodDefinition("Run", MethodAttributes.Public | MethodAttributes.Static, types.Void);
        planted.Methods.Add(method);
        ILProcessor body = method.Body.GetILProcessor();
        switch (place)
        {
            case "base type":
                planted.BaseType = forbidden;
                break;
            case "interface":
                planted.Interfaces.Add(new InterfaceImplementation(forbidden));
                break;
            case "field":
                AddField(planted, forbidden);
                break;
            case "array field":
                AddField(planted, new ArrayType(new ByReferenceType(forbidden)));
                break;
            case "generic argument":
                TypeReference list = module.ImportReference(typeof(List<>));
                AddField(planted, new GenericInstanceType(list) { GenericArguments = { new ArrayType(forbidden) } });
                break;
            case "constraint":
                var parameter = new GenericParameter("T", planted);
                parameter.Constraints.Add(new GenericParameterConstraint(forbidden));
                planted.GenericParameters.Add(parameter);
                break;
            case "parameter":
                method.Parameters.Add(new ParameterDefinition(forbidden));
                break;
            case "return type":
                method.ReturnType = forbidden;
                break;
            case "local variable":
                method.Body.Variables.Add(new VariableDefinition(forbidden));
                break;
            case "catch type":
                method.Body.ExceptionHandlers.Add(new ExceptionHandler(ExceptionHandlerType.Catch) { CatchType = forbidden });
                break;
            case "instruction":
                body.Emit(OpCodes.Ldtoken, forbidden);
                break;
            case "call":
                body.Emit(OpCodes.Call, forbidden.Methods.First(m => m.Name == "get_States"));
                break;
            case "generic call":
                MethodReference empty = module.ImportReference(typeof(Array).GetMethod(nameof(Array.Empty))!);
                body.Emit(OpCodes.Call, new GenericInstanceMethod(empty) { GenericArguments = { forbidden } });
                break;
            case "attribute argument":
                MethodReference constructor = module.ImportReference(
                    typeof(System.Diagnostics.DebuggerTypeProxyAttribute).GetConstructor([typeof(Type)])!);
                var attribute = new CustomAttribute(constructor);
                attribute.ConstructorArguments.Add(new CustomAttributeArgument(constructor.Parameters[0].ParameterType, forbidden));
                planted.CustomAttributes.Add(attribute);
                break;
            case "nested type":
                var nested = new TypeDefinition("", "Inner", TypeAttributes.NestedPrivate, types.Object);
                planted.NestedTypes.Add(nested);
                AddField(nested, forbidden);
                break;
            default:
                throw new ArgumentException($"no such place: {place}", nameof(place));
        }
    }

    private static void AddField(TypeDefinition owner, TypeReference type) =>
        owner.Fields.Add(new FieldDefinition("_planted", FieldAttributes.Private, type));

    // The table with what one room may use exchanged.
    private static string Changed(string markdown, string room, string permission, string other) =>
        string.Join('\n', markdown.Split('\n').Select(line => line.StartsWith($"| `{room}/`", StringComparison.Ordinal)
            ? line.Replace($"| {permission} |", $"| {other} |", StringComparison.Ordinal)
            : line));

    private static AssemblyDefinition ReadLibrary() =>
        AssemblyDefinition.ReadAssembly(typeof(Dyad.Core.UserError).Assembly.Location);
}
