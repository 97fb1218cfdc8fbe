using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Dyad.Tests.Unit.Architecture;

/// <summary>
/// Finds every use of one room by another in a compiled assembly: in base types, attributes, signatures and generic arguments,
/// and in method bodies, where <c>using</c> lines would show nothing.
/// </summary>
public sealed class RoomChecker(RoomTable table)
{
    private const string Root = "Dyad";

    private readonly SortedSet<string> _violations = new(StringComparer.Ordinal);

    /// <summary>One line for each forbidden use and each type outside the known rooms, sorted.</summary>
    public static IReadOnlyCollection<string> Violations(ModuleDefinition module, RoomTable table)
    {
        var checker = new RoomChecker(table);
        foreach (TypeDefinition type in module.GetTypes())
        {
            checker.CheckType(type);
        }

        return checker._violations;
    }

    private void CheckType(TypeDefinition type)
    {
        if (RoomOf(type) is not { } room)
        {
            // What the compiler adds (inline arrays, <Module>) lives in no namespace or in the platform's.
            if (!type.FullName.Contains('<', StringComparison.Ordinal))
            {
                _violations.Add($"{type.FullName} is in no room");
            }

            return;
        }

        if (!table.Rooms.Contains(room))
        {
            _violations.Add($"{type.FullName} is in the unknown room '{room}'");
            return;
        }

        string name = type.FullName;
        Use(room, name, type.BaseType);
        UseAll(room, name, type.Interfaces.Select(i => i.InterfaceType));
        UseAttributes(room, name, type);
        UseGenericParameters(room, name, type);
        foreach (FieldDefinition field in type.Fields)
        {
            Use(room, field.FullName, field.FieldType);
            UseAttributes(room, field.FullName, field);
        }

        foreach (PropertyDefinition property in type.Properties)
        {
            UseAttributes(room, property.FullName, property);
        }

        foreach (EventDefinition @event in type.Events)
        {
            UseAttributes(room, @event.FullName, @event);
        }

        foreach (MethodDefinition method in type.Methods)
        {
            CheckMethod(room, method);
        }
    }

    private void CheckMethod(string room, MethodDefinition method)
    {
        string name = method.FullName;
        UseMember(room, name, method);
        UseAttributes(room, name, method);
        UseAttributes(room, name, method.MethodReturnType);
        UseGenericParameters(room, name, method);
        foreach (ParameterDefinition parameter in method.Parameters)
        {
            UseAttributes(room, name, parameter);
        }

        foreach (MethodReference overridden in method.Overrides)
        {
            UseMember(room, name, overridden);
        }

        if (!method.HasBody)
        {
            return;
        }

        UseAll(room, name, method.Body.Variables.Select(variable => variable.VariableType));
        UseAll(room, name, method.Body.ExceptionHandlers.Select(handler => handler.CatchType));
        foreach (Instruction instruction in method.Body.Instructions)
        {
            switch (instruction.Operand)
            {
                case TypeReference type:
                    Use(room, name, type);
                    break;
                case MemberReference member:
                    UseMember(room, name, member);
                    break;
                case CallSite site:
                    Use(room, name, site.ReturnType);
                    UseAll(room, name, site.Parameters.Select(parameter => parameter.ParameterType));
                    break;
            }
        }
    }

    private void UseMember(string room, string user, MemberReference member)
    {
        Use(room, user, member.DeclaringType);
        switch (member)
        {
            case FieldReference field:
                Use(room, user, field.FieldType);
                break;
            case MethodReference method:
                Use(room, user, method.ReturnType);
                UseAll(room, user, method.Parameters.Select(parameter => parameter.ParameterType));
                if (method is GenericInstanceMethod generic)
                {
                    UseAll(room, user, generic.GenericArguments);
                }

                break;
        }
    }

    private void UseAttributes(string room, string user, ICustomAttributeProvider provider)
    {
        foreach (CustomAttribute attribute in provider.CustomAttributes)
        {
            UseMember(room, user, attribute.Constructor);
            IEnumerable<CustomAttributeArgument> named = attribute.Fields.Concat(attribute.Properties).Select(field => field.Argument);
            foreach (CustomAttributeArgument argument in attribute.ConstructorArguments.Concat(named))
            {
                Use(room, user, argument.Type);
                Use(room, user, argument.Value as TypeReference);
            }
        }
    }

    private void UseGenericParameters(string room, string user, IGenericParameterProvider provider)
    {
        foreach (GenericParameter parameter in provider.GenericParameters)
        {
            UseAll(room, user, parameter.Constraints.Select(constraint => constraint.ConstraintType));
            UseAttributes(room, user, parameter);
        }
    }

    private void UseAll(string room, string user, IEnumerable<TypeReference?> types)
    {
        foreach (TypeReference? type in types)
        {
            Use(room, user, type);
        }
    }

    private void Use(string room, string user, TypeReference? type)
    {
        switch (type)
        {
            case null or GenericParameter:
                return;
            case GenericInstanceType generic:
                UseAll(room, user, generic.GenericArguments);
                Use(room, user, generic.ElementType);
                return;
            case FunctionPointerType pointer:
                Use(room, user, pointer.ReturnType);
                UseAll(room, user, pointer.Parameters.Select(parameter => parameter.ParameterType));
                return;
            case IModifierType modified:
                Use(room, user, modified.ModifierType);
                Use(room, user, modified.ElementType);
                return;
            case TypeSpecification specification:
                Use(room, user, specification.ElementType);
                return;
        }

        if (RoomOf(type) is { } other && !table.Allows(room, other))
        {
            _violations.Add($"{room} may not use {other}: {user} uses {type.FullName}");
        }
    }

    // The first part of the namespace below the root; null outside of it. A nested type is where its owner is.
    private static string? RoomOf(TypeReference type)
    {
        while (type.DeclaringType is not null)
        {
            type = type.DeclaringType;
        }

        string[] parts = type.Namespace.Split('.');
        return parts[0] != Root ? null : parts.Length > 1 ? parts[1] : "";
    }
}
